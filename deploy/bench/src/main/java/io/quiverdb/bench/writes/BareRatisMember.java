package io.quiverdb.bench.writes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/// A member of a group whose state machine does nothing, with Ratis set up as well as a node's is.
/// Reads `load IN_FLIGHT BYTES MILLIS` from its input, and answers with what it came to.
final class BareRatisMember {
  static final String NOT_LEADER = "not leader";
  private static final UUID GROUP = new UUID(0x42, 0x42);

  private final RaftServer server;
  private final RaftGroupId group = RaftGroupId.valueOf(GROUP);
  private final ClientId client = ClientId.randomId();
  private final ExecutorService submitters = Executors.newVirtualThreadPerTaskExecutor();

  private BareRatisMember(int number, List<String> addresses, Path folder) throws IOException {
    List<RaftPeer> peers = new ArrayList<>();
    for (int peer = 0; peer < addresses.size(); peer++) {
      peers.add(
          RaftPeer.newBuilder()
              .setId(RaftPeerId.valueOf("m" + peer))
              .setAddress(addresses.get(peer))
              .build());
    }
    String address = addresses.get(number);
    server =
        RaftServer.newBuilder()
            .setServerId(peers.get(number).getId())
            .setGroup(RaftGroup.valueOf(group, peers))
            .setProperties(
                properties(
                    folder, Integer.parseInt(address.substring(address.lastIndexOf(':') + 1))))
            .setStateMachineRegistry(_ -> new Nothing())
            .setOption(StartupOption.FORMAT)
            .build();
    server.start();
  }

  private static RaftProperties properties(Path folder, int port) {
    var properties = new RaftProperties();
    GrpcConfigKeys.Server.setPort(properties, port);
    RaftServerConfigKeys.setStorageDir(properties, List.of(folder.toFile()));
    RaftServerConfigKeys.Rpc.setTimeoutMin(properties, TimeDuration.valueOf(1, TimeUnit.SECONDS));
    RaftServerConfigKeys.Rpc.setTimeoutMax(properties, TimeDuration.valueOf(2, TimeUnit.SECONDS));
    RaftServerConfigKeys.RetryCache.setExpiryTime(
        properties, TimeDuration.valueOf(10, TimeUnit.SECONDS));
    RaftServerConfigKeys.Log.setLogMetadataEnabled(properties, false);
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(properties, 2);
    RaftServerConfigKeys.Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("32MB"));
    RaftServerConfigKeys.Log.setForceSyncNum(properties, 1024);
    RaftServerConfigKeys.Log.setQueueElementLimit(properties, 8192);
    RaftServerConfigKeys.Log.setQueueByteLimit(properties, SizeInBytes.valueOf("64MB"));
    RaftServerConfigKeys.Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf("64MB"));
    RaftServerConfigKeys.Write.setByteLimit(properties, SizeInBytes.valueOf("64MB"));
    GrpcConfigKeys.Server.setLeaderOutstandingAppendsMax(properties, 16);
    GrpcConfigKeys.setFlowControlWindow(properties, SizeInBytes.valueOf("8MB"));
    return properties;
  }

  private static final class Nothing extends BaseStateMachine {
    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
      var entry = transaction.getLogEntry();
      var _ = updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
      return CompletableFuture.completedFuture(Message.EMPTY);
    }
  }

  private String load(int inFlight, int bytes, Duration time) throws IOException {
    if (!server.getDivision(group).getInfo().isLeaderReady()) {
      return NOT_LEADER;
    }
    ByteString entry = UnsafeByteOperations.unsafeWrap(new byte[bytes]);
    return new Load(_ -> write(entry)).run(inFlight, time).toString();
  }

  /// By a thread of its own, for to submit blocks: one that submitted them all would be the limit.
  private CompletableFuture<?> write(ByteString entry) {
    return CompletableFuture.completedFuture(entry)
        .thenComposeAsync(this::submit, submitters)
        .thenAccept(
            reply -> {
              if (!reply.isSuccess()) {
                throw new IllegalStateException("not written", reply.getException());
              }
            });
  }

  private CompletableFuture<RaftClientReply> submit(ByteString entry) {
    try {
      return server.submitClientRequestAsync(
          RaftClientRequest.newBuilder()
              .setClientId(client)
              .setServerId(server.getId())
              .setGroupId(group)
              .setCallId(CallId.getAndIncrement())
              .setMessage(Message.valueOf(entry))
              .setType(RaftClientRequest.writeRequestType())
              .build());
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  public static void main(String[] arguments) throws IOException {
    // What libraries print is no answer.
    var answers = System.out;
    System.setOut(System.err);
    var member =
        new BareRatisMember(
            Integer.parseInt(arguments[0]),
            Arrays.asList(arguments[1].split(",", -1)),
            Path.of(arguments[2]));
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      var fields = line.split(" ", -1);
      answers.println(
          member.load(
              Integer.parseInt(fields[1]),
              Integer.parseInt(fields[2]),
              Duration.ofMillis(Long.parseLong(fields[3]))));
    }
    // Whoever started it has ended.
    Runtime.getRuntime().halt(0);
  }
}
