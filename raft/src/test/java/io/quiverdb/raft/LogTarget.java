package io.quiverdb.raft;

import com.codahale.metrics.MetricRegistry;
import io.quiverdb.core.crypto.PlainCodec;
import io.quiverdb.raft.GroupKey.ShardGroup;
import io.quiverdb.raft.barrier.Barrier;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.ratis.conf.RaftProperties;
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
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.awaitility.Awaitility;

/// A process that is the only member of a group, or all three of one, for tests that kill it. It is
/// told what to do a line at a time:
///
/// | line                 | answer                                                           |
/// |----------------------|------------------------------------------------------------------|
/// | (at its start)       | `ready`, once it leads, or of two members is up                  |
/// | `append NAME`        | `acknowledged NAME` or `failed NAME`, when that is known          |
/// | `list PREFIX`        | `holds NAME NAME …`: the entries whose names begin so              |
final class LogTarget {
  private static final RaftTiming TIMING =
      new RaftTiming(Duration.ofSeconds(1), Duration.ofSeconds(2));
  private static final GroupKey KEY = new ShardGroup(0);
  static final UUID NODE = new UUID(1, 1);
  static final UUID GROUP = new UUID(2, 2);

  /// The other member of a group of two; is never up.
  static final UUID OTHER = new UUID(1, 2);

  private LogTarget() {}

  /// How the log is kept.
  enum Keeping {
    /// As nodes do.
    OURS,
    /// So, too, in a group of two.
    OURS_OF_TWO,
    /// So, too, by three members, each with a directory below the one given.
    OURS_OF_THREE,
    /// By Ratis alone, with our settings.
    PLAIN,
    /// By Ratis alone, with our settings but for the named one.
    ASYNC_FLUSH,
    UNSAFE_FLUSH
  }

  private interface Member {
    boolean leads();

    CompletableFuture<?> append(String name);

    Collection<String> entries();
  }

  /// Arguments: data directory, host, port, [Keeping]; members besides the first have the ports
  /// behind it.
  public static void main(String[] arguments) throws IOException {
    var directory = Path.of(arguments[0]);
    String host = arguments[1];
    int port = Integer.parseInt(arguments[2]);
    var keeping = Keeping.valueOf(arguments[3]);
    var self = peer(NODE, host, port);
    var member =
        switch (keeping) {
          case OURS -> new OurMember(NODE, directory, host, port, List.of(self));
          case OURS_OF_TWO ->
              new OurMember(NODE, directory, host, port, List.of(self, peer(OTHER, host, 1)));
          case OURS_OF_THREE -> new OurGroup(directory, host, port);
          case PLAIN, ASYNC_FLUSH, UNSAFE_FLUSH ->
              new PlainMember(directory, host, port, List.of(self), keeping);
        };
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> keeping == Keeping.OURS_OF_TWO || member.leads());
    say("ready");
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (var line = in.readLine(); line != null; line = in.readLine()) {
      obey(member, List.of(line.split(" ")));
    }
  }

  private static RaftPeer peer(UUID id, String host, int port) {
    return RaftPeer.newBuilder()
        .setId(RaftPeerId.valueOf(id.toString()))
        .setAddress(host + ":" + port)
        .build();
  }

  private static void obey(Member member, List<String> words) {
    switch (words.getFirst()) {
      case "append" -> {
        String name = words.get(1);
        var _ =
            member
                .append(name)
                .whenComplete(
                    (_, failure) -> say((failure == null ? "acknowledged " : "failed ") + name));
      }
      case "list" ->
          say(
              member.entries().stream()
                  .filter(name -> name.startsWith(words.get(1)))
                  .collect(Collectors.joining(" ", "holds ", "")));
      default -> throw new IllegalArgumentException(words.toString());
    }
  }

  private static synchronized void say(String answer) {
    System.out.println(answer);
  }

  private static final class OurMember implements Member {
    private final Map<GroupKey, CountingState> states = new ConcurrentHashMap<>();
    private final GroupServer server;

    OurMember(UUID id, Path directory, String host, int port, List<RaftPeer> peers)
        throws IOException {
      var self = new NodeId(id);
      var metrics = new MetricRegistry();
      server =
          new GroupServer(
              new GroupServerOptions(
                  self,
                  directory,
                  host,
                  port,
                  Optional.empty(),
                  TIMING,
                  RatisSettings.DiskSizes.SMALL,
                  key ->
                      states.computeIfAbsent(
                          key, _ -> new CountingState(directory.resolve("state"))),
                  new GroupCluster.Stores(states, () -> false),
                  List::of,
                  _ -> {},
                  () -> PlainCodec.INSTANCE,
                  TestDisk.roomy(),
                  new Barrier(
                      self,
                      _ -> {
                        throw new IllegalStateException("there is no other member");
                      },
                      Duration.ofSeconds(5),
                      metrics),
                  (_, _, _) -> {},
                  System::nanoTime,
                  metrics,
                  failure -> say("fatal " + failure)),
              Map.of(RaftGroupId.valueOf(GROUP), KEY));
      server.open(RaftGroupId.valueOf(GROUP), KEY, peers, _ -> {});
    }

    @Override
    public boolean leads() {
      return server.replica(KEY).filter(Replica::leads).isPresent();
    }

    @Override
    public CompletableFuture<?> append(String name) {
      return server.replica(KEY).orElseThrow().propose(StandardCharsets.UTF_8.encode(name));
    }

    @Override
    public Collection<String> entries() {
      return states.values().stream().flatMap(state -> state.names().stream()).toList();
    }
  }

  private static final class OurGroup implements Member {
    private final List<OurMember> members = new ArrayList<>();

    OurGroup(Path directory, String host, int port) throws IOException {
      var peers =
          IntStream.range(0, 3).mapToObj(at -> peer(new UUID(1, 1 + at), host, port + at)).toList();
      for (int at = 0; at < peers.size(); at++) {
        var own = Files.createDirectories(directory.resolve("member-" + at));
        members.add(new OurMember(new UUID(1, 1 + at), own, host, port + at, peers));
      }
    }

    private Optional<OurMember> leader() {
      return members.stream().filter(OurMember::leads).findFirst();
    }

    @Override
    public boolean leads() {
      return leader().isPresent();
    }

    @Override
    public CompletableFuture<?> append(String name) {
      return leader()
          .<CompletableFuture<?>>map(leader -> leader.append(name))
          .orElseGet(
              () -> CompletableFuture.failedFuture(new IllegalStateException("nobody leads")));
    }

    @Override
    public Collection<String> entries() {
      return leader().orElseThrow().entries();
    }
  }

  private static final class PlainMember implements Member {
    private final RaftGroupId group = RaftGroupId.valueOf(GROUP);
    private final ClientId client = ClientId.randomId();
    private final Names names = new Names();
    private final RaftServer server;

    PlainMember(Path directory, String host, int port, List<RaftPeer> peers, Keeping keeping)
        throws IOException {
      RaftProperties properties =
          RatisSettings.of(directory, host, port, TIMING, RatisSettings.DiskSizes.SMALL);
      Log.setAsyncFlushEnabled(properties, keeping == Keeping.ASYNC_FLUSH);
      Log.setUnsafeFlushEnabled(properties, keeping == Keeping.UNSAFE_FLUSH);
      server =
          RaftServer.newBuilder()
              .setServerId(peers.getFirst().getId())
              .setGroup(RaftGroup.valueOf(group, peers))
              .setProperties(properties)
              .setStateMachineRegistry(_ -> names)
              .setOption(StartupOption.RECOVER)
              .build();
      server.start();
    }

    @Override
    public boolean leads() {
      try {
        return server.getDivision(group).getInfo().isLeaderReady();
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public CompletableFuture<?> append(String name) {
      try {
        return server
            .submitClientRequestAsync(
                RaftClientRequest.newBuilder()
                    .setClientId(client)
                    .setServerId(server.getId())
                    .setGroupId(group)
                    .setCallId(CallId.getAndIncrement())
                    .setMessage(Message.valueOf(name))
                    .setType(RaftClientRequest.writeRequestType())
                    .build())
            .thenAccept(PlainMember::requireSuccess);
      } catch (IOException e) {
        return CompletableFuture.failedFuture(e);
      }
    }

    private static void requireSuccess(RaftClientReply reply) {
      if (!reply.isSuccess()) {
        throw new IllegalStateException(reply.toString());
      }
    }

    @Override
    public Collection<String> entries() {
      return names.applied;
    }
  }

  private static final class Names extends BaseStateMachine {
    private final Set<String> applied = ConcurrentHashMap.newKeySet();

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
      applied.add(entry.getStateMachineLogEntry().getLogData().toStringUtf8());
      updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
      return CompletableFuture.completedFuture(Message.EMPTY);
    }
  }
}
