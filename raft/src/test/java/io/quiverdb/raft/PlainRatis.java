package io.quiverdb.raft;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.rpc.CallId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys.Read;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.awaitility.Awaitility;

/// A register replicated with Ratis alone, read with Ratis's own linearizable option: what ours is
/// compared with.
final class PlainRatis implements AutoCloseable {
  private final RaftGroupId group = RaftGroupId.valueOf(UUID.randomUUID());
  private final ClientId client = ClientId.randomId();
  private final List<RaftServer> servers = new ArrayList<>();

  PlainRatis(Path directory, int size, RaftTiming timing) throws IOException {
    this(directory, Collections.nCopies(size, timing), false);
  }

  /// @param timings of each member
  /// @param hasLease whether a leader answers reads by its clock alone, for a while
  PlainRatis(Path directory, List<RaftTiming> timings, boolean hasLease) throws IOException {
    List<RaftPeer> peers = new ArrayList<>();
    for (int number = 0; number < timings.size(); number++) {
      peers.add(
          RaftPeer.newBuilder()
              .setId(RaftPeerId.valueOf(UUID.randomUUID().toString()))
              .setAddress(Loopback.address())
              .build());
    }
    for (int number = 0; number < timings.size(); number++) {
      RaftPeer peer = peers.get(number);
      String address = peer.getAddress();
      int colon = address.lastIndexOf(':');
      RaftProperties properties =
          RatisSettings.of(
              directory.resolve(peer.getId().toString()),
              address.substring(0, colon),
              Integer.parseInt(address.substring(colon + 1)),
              timings.get(number),
              RatisSettings.DiskSizes.SMALL);
      Read.setOption(properties, Read.Option.LINEARIZABLE);
      Read.setLeaderLeaseEnabled(properties, hasLease);
      servers.add(
          RaftServer.newBuilder()
              .setServerId(peer.getId())
              .setGroup(RaftGroup.valueOf(group, peers))
              .setProperties(properties)
              .setStateMachineRegistry(_ -> new Register())
              .setOption(StartupOption.RECOVER)
              .build());
    }
    for (RaftServer server : servers) {
      server.start();
    }
  }

  List<RaftServer> servers() {
    return servers;
  }

  boolean leads(RaftServer server) {
    try {
      return server.getDivision(group).getInfo().isLeaderReady();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  RaftServer awaitLeaderAmong(List<RaftServer> candidates) {
    return Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> candidates.stream().filter(this::leads).toList(), leaders -> !leaders.isEmpty())
        .getFirst();
  }

  CompletableFuture<RaftClientReply> write(RaftServer server, String value) throws IOException {
    return submit(server, value, RaftClientRequest.writeRequestType());
  }

  CompletableFuture<RaftClientReply> read(RaftServer server) throws IOException {
    return submit(server, "", RaftClientRequest.readRequestType());
  }

  private CompletableFuture<RaftClientReply> submit(
      RaftServer server, String content, RaftClientRequest.Type type) throws IOException {
    return server.submitClientRequestAsync(
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setServerId(server.getId())
            .setGroupId(group)
            .setCallId(CallId.getAndIncrement())
            .setMessage(Message.valueOf(content))
            .setType(type)
            .build());
  }

  CompletableFuture<RaftClientReply> transfer(RaftServer from, RaftServer to) throws IOException {
    return from.transferLeadershipAsync(
        new TransferLeadershipRequest(
            client,
            from.getId(),
            group,
            CallId.getAndIncrement(),
            to.getId(),
            Duration.ofMinutes(1).toMillis()));
  }

  @Override
  public void close() throws IOException {
    for (RaftServer server : servers) {
      server.close();
    }
  }

  private static final class Register extends BaseStateMachine {
    private volatile String value = "";

    @Override
    public TransactionContext startTransaction(RaftClientRequest request) {
      return TransactionContext.newBuilder()
          .setStateMachine(this)
          .setClientRequest(request)
          .setLogData(request.getMessage().getContent())
          .build();
    }

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
      var entry = transaction.getLogEntry();
      value = entry.getStateMachineLogEntry().getLogData().toStringUtf8();
      updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
      return CompletableFuture.completedFuture(Message.EMPTY);
    }

    @Override
    public CompletableFuture<Message> query(Message request) {
      return CompletableFuture.completedFuture(Message.valueOf(value));
    }
  }
}
