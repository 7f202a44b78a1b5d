package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.cluster.Readiness;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.client.ClusterStatus;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.QuiverException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// `quiver status`
@Command(
    name = "status",
    description = {
      "Shows how every node and replica fares.",
      "With --wait ready it waits until every shard has a leader and a majority, and ends with 1 if"
          + " that does not come in time; with --wait all, until every node is up and ready as"
          + " well."
    },
    footer = {"", "Examples:", "  quiver status", "  quiver status --wait ready --timeout 60s"})
final class StatusCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 200;
  private static final Duration CALL_TIMEOUT_MIN = Duration.ofSeconds(2);
  private static final Duration CALL_TIMEOUT_MAX = Duration.ofSeconds(10);

  @Mixin private final Connection connection = new Connection();
  @Mixin private final Output output = new Output();

  @Option(
      names = "--wait",
      paramLabel = "ready|all",
      converter = AwaitedConverter.class,
      description = "Waits for this before it answers.")
  private Optional<Awaited> wait = Optional.empty();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = DurationConverter.class,
      description = "How long to wait; the first look may take 10s (${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofSeconds(60);

  @Override
  public Integer call() throws InterruptedException {
    if (wait.isPresent()) {
      return awaitReady();
    }
    try (var quiver = connection.open()) {
      return print(quiver);
    }
  }

  /// What may be waited for.
  enum Awaited {
    READY,
    ALL
  }

  private int awaitReady() throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    // The first call loads what calls need, too: cut short, it would say nothing of the cluster.
    var callTimeout = CALL_TIMEOUT_MAX;
    while (true) {
      RuntimeException obstacle;
      try (var quiver = connection.open(callTimeout)) {
        var readiness = readiness(quiver);
        if (readiness.isReady()) {
          return print(quiver);
        }
        obstacle =
            new CommandFailedException(
                ExitCode.NEGATIVE, "not ready: " + String.join("; ", readiness.reasons()));
      } catch (CommandFailedException | QuiverException e) {
        obstacle = e;
      }
      if (System.nanoTime() - end >= 0) {
        throw obstacle;
      }
      Thread.sleep(POLL_MILLIS);
      callTimeout = callTimeout(end);
    }
  }

  /// What is left of the time, but enough for an answer and no more than one needs.
  private static Duration callTimeout(long end) {
    long left = end - System.nanoTime();
    return Duration.ofNanos(
        Math.clamp(left, CALL_TIMEOUT_MIN.toNanos(), CALL_TIMEOUT_MAX.toNanos()));
  }

  private Readiness readiness(QuiverClient quiver) {
    var status = quiver.cluster().status();
    if (status.clusterId().isEmpty()) {
      return Readiness.notFormed();
    }
    var topology = quiver.cluster().topology();
    return wait.equals(Optional.of(Awaited.ALL))
        ? Readiness.ofAll(topology, status)
        : Readiness.of(topology, status);
  }

  private int print(QuiverClient quiver) {
    var status = quiver.cluster().status();
    if (output.isJson()) {
      output.print(json -> write(json, status));
    } else {
      output.print(
          "cluster "
              + status.clusterId().orElse("not formed yet ('quiver cluster init' forms it)")
              + (status.encrypted() ? ", encrypted" : ", not encrypted"));
      output.print(nodes(status.nodes()));
      upgradeHint(status).ifPresent(output::print);
      if (status.moving()) {
        output.print(
            "moving: %d replicas now, %d to follow"
                .formatted(status.moves().size(), status.movesPlanned()));
      }
      output.print("");
      output.print(replicas(status.nodes()));
    }
    return ExitCode.GOOD;
  }

  private static Optional<String> upgradeHint(ClusterStatus status) {
    if (status.clusterId().isEmpty()) {
      return Optional.empty();
    }
    var highest = status.highestFeatureLevel();
    boolean canRise = highest.isPresent() && highest.getAsInt() > status.featureLevel();
    return Optional.of(
        "feature level "
            + status.featureLevel()
            + (canRise
                ? "; every node supports %d ('quiver cluster set --feature-level %d')"
                    .formatted(highest.getAsInt(), highest.getAsInt())
                : ""));
  }

  private static Table nodes(List<ClusterStatus.Node> nodes) {
    var table = Table.of("NODE", "ADDRESS", "VERSION", "LEVELS", "MASTER KEY", "STATE");
    for (var node : nodes) {
      table.row(
          node.id(),
          node.clientAddress(),
          node.version(),
          node.featureLevels().map(Object::toString).orElse("-"),
          node.masterKeyId().orElse("-"),
          state(node));
    }
    return table;
  }

  private static String state(ClusterStatus.Node node) {
    var wanted =
        switch (node.state()) {
          case ACTIVE, UNKNOWN -> "";
          case DRAINING -> ", draining";
          case REMOVING -> ", being removed";
        };
    if (!node.reachable()) {
      return "unreachable" + wanted;
    }
    return (node.ready() ? "ready" : "not ready: " + String.join("; ", node.reasons())) + wanted;
  }

  private static Table replicas(List<ClusterStatus.Node> nodes) {
    var table =
        Table.of(
            ">SHARD",
            "NODE",
            "ROLE",
            ">TERM",
            ">COMMITTED",
            ">APPLIED",
            ">LAG",
            ">CHECKPOINT",
            ">POINTS",
            ">INDEXED",
            ">RECALL");
    for (int shard : shards(nodes)) {
      for (var node : nodes) {
        for (var replica : node.replicas()) {
          if (replica.shard() == shard) {
            table.row(
                shard,
                node.clientAddress(),
                replica.role().name().toLowerCase(Locale.ROOT),
                replica.term(),
                replica.committedIndex(),
                replica.appliedIndex(),
                Math.max(0, committed(nodes, shard) - replica.appliedIndex()),
                replica.checkpointedIndex().isPresent()
                    ? replica.checkpointedIndex().getAsLong()
                    : "-",
                replica.points(),
                IndexReport.indexed(replica.index()),
                replica.recallAt10().isPresent()
                    ? String.format(Locale.ROOT, "%.3f", replica.recallAt10().getAsDouble())
                    : "-");
          }
        }
      }
    }
    return table;
  }

  private static int[] shards(List<ClusterStatus.Node> nodes) {
    return nodes.stream()
        .flatMap(node -> node.replicas().stream())
        .mapToInt(ClusterStatus.Replica::shard)
        .distinct()
        .sorted()
        .toArray();
  }

  private static long committed(List<ClusterStatus.Node> nodes, int shard) {
    return nodes.stream()
        .flatMap(node -> node.replicas().stream())
        .filter(replica -> replica.shard() == shard)
        .mapToLong(ClusterStatus.Replica::committedIndex)
        .max()
        .orElse(0);
  }

  private static void write(JsonGenerator json, ClusterStatus status) throws IOException {
    json.writeStartObject();
    if (status.clusterId().isPresent()) {
      json.writeStringField("cluster_id", status.clusterId().get());
    } else {
      json.writeNullField("cluster_id");
    }
    json.writeBooleanField("encrypted", status.encrypted());
    json.writeNumberField("replication_factor", status.replicationFactor());
    json.writeNumberField("feature_level", status.featureLevel());
    json.writeNumberField("moves", status.moves().size());
    json.writeNumberField("moves_planned", status.movesPlanned());
    json.writeArrayFieldStart("nodes");
    for (var node : status.nodes()) {
      write(json, node);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, ClusterStatus.Node node) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", node.id());
    json.writeStringField("address", node.clientAddress());
    json.writeStringField("version", node.version());
    json.writeStringField("state", node.state().name().toLowerCase(Locale.ROOT));
    json.writeBooleanField("reachable", node.reachable());
    json.writeBooleanField("ready", node.ready());
    if (node.masterKeyId().isPresent()) {
      json.writeStringField("master_key", node.masterKeyId().get());
    } else {
      json.writeNullField("master_key");
    }
    if (node.featureLevels().isPresent()) {
      json.writeNumberField("lowest_feature_level", node.featureLevels().get().lowest());
      json.writeNumberField("highest_feature_level", node.featureLevels().get().highest());
    }
    json.writeArrayFieldStart("reasons");
    for (var reason : node.reasons()) {
      json.writeString(reason);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("replicas");
    for (var replica : node.replicas()) {
      write(json, replica);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, ClusterStatus.Replica replica) throws IOException {
    json.writeStartObject();
    json.writeNumberField("shard", replica.shard());
    json.writeStringField("role", replica.role().name().toLowerCase(Locale.ROOT));
    json.writeNumberField("term", replica.term());
    json.writeNumberField("committed_index", replica.committedIndex());
    json.writeNumberField("applied_index", replica.appliedIndex());
    if (replica.checkpointedIndex().isPresent()) {
      json.writeNumberField("checkpointed_index", replica.checkpointedIndex().getAsLong());
    } else {
      json.writeNullField("checkpointed_index");
    }
    json.writeNumberField("points", replica.points());
    IndexReport.write(json, replica.index());
    if (replica.recallAt10().isPresent()) {
      json.writeNumberField("recall_at_10", replica.recallAt10().getAsDouble());
    } else {
      json.writeNullField("recall_at_10");
    }
    json.writeEndObject();
  }

  static final class AwaitedConverter implements ITypeConverter<Awaited> {
    @Override
    public Awaited convert(String value) {
      return switch (value) {
        case "ready" -> Awaited.READY;
        case "all" -> Awaited.ALL;
        default ->
            throw new TypeConversionException("wait: " + value + " (expected: ready or all)");
      };
    }
  }
}
