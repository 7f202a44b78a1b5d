package io.quiverdb.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.quiverdb.cli.terminal.Table;
import io.quiverdb.client.ClusterTopology;
import io.quiverdb.client.MembershipChange;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.ReplicaCheck;
import io.quiverdb.node.OfflineRecovery;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `quiver cluster …`
@Command(
    name = "cluster",
    description =
        "Forms a cluster, compares its replicas, moves leaders and replicas, and recovers what is"
            + " left.",
    footer = {"", "Example:", "  quiver cluster check"})
final class ClusterCommand {
  private static final String NODE =
      "A node's id or client address, as 'quiver status' shows them.";

  @Command(
      description = {
        "Makes one cluster of the nodes that were started with the same --join list. Once, against"
            + " any of them.",
        "Waits for all of them, else names the missing ones and refuses.",
        "Where nodes speak TLS, it is asked on the node's own machine, and prints the cluster's"
            + " first API key, once."
      },
      footer = {"", "Example:", "  quiver cluster init --shards 6 --endpoint localhost:7070"})
  int init(
      @Mixin Connection connection,
      @Mixin Output output,
      @Option(
              names = "--shards",
              paramLabel = "N",
              defaultValue = "0",
              showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
              description =
                  "How many shards, fixed for good (the larger of 3 and the number of nodes).")
          int shards,
      @Option(
              names = "--replication-factor",
              paramLabel = "N",
              defaultValue = "0",
              showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
              description = "How many nodes hold each shard (3, or fewer if there are fewer).")
          int replicationFactor) {
    try (var quiver = connection.open()) {
      var formed = quiver.cluster().init(shards, replicationFactor);
      if (output.isJson()) {
        output.print(
            json -> {
              json.writeStartObject();
              json.writeStringField("cluster_id", formed.clusterId());
              json.writeNumberField("nodes", formed.nodes());
              json.writeNumberField("shards", formed.shards());
              json.writeNumberField("replication_factor", formed.replicationFactor());
              if (formed.adminKey().isPresent()) {
                json.writeStringField("admin_key", formed.adminKey().get());
              }
              json.writeEndObject();
            });
      } else {
        output.print(
            "formed cluster %s: %d nodes, %d shards, %d replicas of each"
                .formatted(
                    formed.clusterId(),
                    formed.nodes(),
                    formed.shards(),
                    formed.replicationFactor()));
        formed
            .adminKey()
            .ifPresent(
                key ->
                    output.print(
                        "API key, shown this once: %s%nFrom now on every call needs one: export QUIVER_API_KEY=…"
                            .formatted(key)));
      }
      return ExitCode.GOOD;
    }
  }

  @Command(
      description = {
        "Compares the hashes of all replicas: the catalogue's, and each shard's, at one position of"
            + " its log.",
        "Ends with 1 if one differs from its leader's or is not known."
      },
      footer = {"", "Example:", "  quiver cluster check --output json"})
  int check(@Mixin Connection connection, @Mixin Output output) {
    try (var quiver = connection.open()) {
      var check = quiver.cluster().check();
      if (output.isJson()) {
        output.print(json -> write(json, check));
      } else {
        output.print(table(check));
        output.print(check.equal() ? "all replicas are equal" : "the replicas are NOT all equal");
      }
      return check.equal() ? ExitCode.GOOD : ExitCode.NEGATIVE;
    }
  }

  @Command(
      description = {
        "Makes a cluster of its own out of one node, when so many of the others are lost for good"
            + " that no majority of them will ever come back. The node is not running; its settings"
            + " are those that it is served with.",
        "Asks the other nodes first: where a majority can still be had, it refuses. Says what is"
            + " left and what may be missing; only with --accept-loss anything is changed. What is"
            + " not on this node is lost then, and shards that it has no replica of begin empty.",
        "The cluster gets another id: old nodes that come back reach nobody, and join again only"
            + " with an empty data folder. If it breaks off, it is to be run again."
      },
      footer = {
        "",
        "Example:",
        "  quiver cluster recover --data-dir /var/lib/quiver --accept-loss"
      })
  int recover(
      @Mixin NodeOptions options,
      @Mixin Output output,
      @Option(
              names = "--accept-loss",
              description = "Does it. Else it is only said what would be done.")
          boolean acceptLoss)
      throws IOException {
    var result = OfflineRecovery.recover(options.config(), acceptLoss);
    RecoveryReport.print(output, result);
    return result.done() ? ExitCode.GOOD : ExitCode.NEGATIVE;
  }

  @Command(
      description = "Has another node lead a shard.",
      footer = {"", "Example:", "  quiver cluster transfer 1 localhost:7071"})
  int transfer(
      @Mixin Connection connection,
      @Mixin Output output,
      @Parameters(index = "0", paramLabel = "SHARD", description = "Its number.") int shard,
      @Parameters(
              index = "1",
              paramLabel = "NODE",
              description = "The node's id or client address, as 'quiver status' shows them.")
          String node) {
    try (var quiver = connection.open()) {
      var nodeId = nodeId(quiver, node);
      quiver.cluster().transferLeader(shard, nodeId);
      if (output.isJson()) {
        output.print(
            json -> {
              json.writeStartObject();
              json.writeNumberField("shard", shard);
              json.writeStringField("leader", nodeId);
              json.writeEndObject();
            });
      } else {
        output.print("shard " + shard + " is led by " + nodeId);
      }
      return ExitCode.GOOD;
    }
  }

  @Command(
      description = {
        "Changes how many nodes each shard is on. The cluster then makes and removes replicas.",
        "One node grows to three so: start two more with --join, then set 3.",
        "Or ends an upgrade: raises the feature level to one that every node supports. No node goes"
            + " back to an earlier release then."
      },
      footer = {
        "",
        "Examples:",
        "  quiver cluster set --replication-factor 3 --wait",
        "  quiver cluster set --feature-level 1 --plan"
      })
  int set(
      @Mixin Connection connection,
      @Mixin Output output,
      @Mixin MoveOptions options,
      @ArgGroup(multiplicity = "1") ClusterSetting setting) {
    return setting.featureLevel.isPresent()
        ? setFeatureLevel(connection, output, options, setting.featureLevel.get())
        : change(
            connection,
            output,
            options,
            _ -> new MembershipChange.ReplicationFactor(setting.replicationFactor.orElseThrow()));
  }

  /// What `set` changes: one of them.
  static final class ClusterSetting {
    @Option(
        names = "--replication-factor",
        paramLabel = "N",
        description = "1 to 7, and to the number of nodes that are not drained.")
    private Optional<Integer> replicationFactor = Optional.empty();

    @Option(
        names = "--feature-level",
        paramLabel = "N",
        description =
            "Not below the present one, and supported by every node (see 'quiver status').")
    private Optional<Integer> featureLevel = Optional.empty();
  }

  private static int setFeatureLevel(
      Connection connection, Output output, MoveOptions options, int level) {
    try (var quiver = connection.open()) {
      int now =
          options.plan()
              ? quiver.cluster().planFeatureLevel(level)
              : quiver.cluster().setFeatureLevel(level);
      if (output.isJson()) {
        output.print(
            json -> {
              json.writeStartObject();
              json.writeNumberField("feature_level", now);
              json.writeEndObject();
            });
      } else if (options.plan()) {
        output.print("feature level %d now, and every node supports %d".formatted(now, level));
      } else {
        output.print("feature level " + now);
      }
      return ExitCode.GOOD;
    }
  }

  @Command(
      description = "Moves all replicas of a node to others. It stays a node and serves.",
      footer = {"", "Example:", "  quiver cluster drain localhost:7071 --plan"})
  int drain(
      @Mixin Connection connection,
      @Mixin Output output,
      @Mixin MoveOptions options,
      @Option(names = "--cancel", description = "Lets it have replicas again.") boolean cancel,
      @Parameters(paramLabel = "NODE", description = NODE) String node) {
    return change(
        connection,
        output,
        options,
        quiver ->
            cancel
                ? new MembershipChange.CancelDrain(nodeId(quiver, node))
                : new MembershipChange.Drain(nodeId(quiver, node)));
  }

  @Command(
      description = {
        "Makes all replicas of a node anew on others, whether it is up or not.",
        "It is no node of the cluster then, and never comes back with its data directory."
      },
      footer = {"", "Example:", "  quiver cluster remove localhost:7071 --wait"})
  int remove(
      @Mixin Connection connection,
      @Mixin Output output,
      @Mixin MoveOptions options,
      @Parameters(paramLabel = "NODE", description = NODE) String node) {
    return change(
        connection, output, options, quiver -> new MembershipChange.Remove(nodeId(quiver, node)));
  }

  @Command(
      description = "Has another node replicate a shard in place of one that does.",
      footer = {"", "Example:", "  quiver cluster move 1 localhost:7070 localhost:7073"})
  int move(
      @Mixin Connection connection,
      @Mixin Output output,
      @Mixin MoveOptions options,
      @Parameters(index = "0", paramLabel = "SHARD", description = "Its number.") int shard,
      @Parameters(index = "1", paramLabel = "FROM", description = NODE) String from,
      @Parameters(index = "2", paramLabel = "TO", description = NODE) String to) {
    return change(
        connection,
        output,
        options,
        quiver -> new MembershipChange.Move(shard, nodeId(quiver, from), nodeId(quiver, to)));
  }

  @Command(
      description = {
        "Spreads the shards' replicas evenly over the nodes.",
        "Begins by itself when a node joins."
      },
      footer = {"", "Example:", "  quiver cluster rebalance --plan"})
  int rebalance(@Mixin Connection connection, @Mixin Output output, @Mixin MoveOptions options) {
    return change(connection, output, options, _ -> new MembershipChange.Rebalance());
  }

  private static int change(
      Connection connection,
      Output output,
      MoveOptions options,
      Function<QuiverClient, MembershipChange> change) {
    try (var quiver = connection.open()) {
      var asked = change.apply(quiver);
      var moves = options.plan() ? quiver.cluster().plan(asked) : quiver.cluster().change(asked);
      new MoveReport(quiver.cluster().topology()).print(output, moves, options.plan());
      return options.plan() || options.awaitEnd(quiver.cluster())
          ? ExitCode.GOOD
          : ExitCode.NEGATIVE;
    }
  }

  private static String nodeId(QuiverClient quiver, String node) {
    var topology = quiver.cluster().topology();
    return find(topology, node)
        .orElseThrow(
            () ->
                new CommandFailedException(
                    ExitCode.NEGATIVE, "node: " + node + " (expected: " + ids(topology) + ")"));
  }

  private static Optional<String> find(ClusterTopology topology, String node) {
    return topology.nodes().stream()
        .filter(one -> one.id().equals(node) || one.clientAddress().equals(node))
        .map(ClusterTopology.Node::id)
        .findFirst();
  }

  private static String ids(ClusterTopology topology) {
    return String.join(
        ", ",
        topology.nodes().stream().map(one -> one.id() + " at " + one.clientAddress()).toList());
  }

  private static Table table(ReplicaCheck check) {
    var table = Table.of(">SHARD", ">TERM", ">INDEX", "NODE", "ROLE", "HASH");
    check
        .catalog()
        .ifPresent(
            catalog ->
                catalog
                    .replicas()
                    .forEach(one -> row(table, "catalogue", "-", catalog.index(), one)));
    for (var shard : check.shards()) {
      shard.replicas().forEach(one -> row(table, shard.number(), shard.term(), shard.index(), one));
    }
    return table;
  }

  private static void row(
      Table table, Object shard, Object term, long index, ReplicaCheck.Replica replica) {
    table.row(
        shard,
        term,
        index,
        replica.nodeId(),
        replica.leader() ? "leader" : "follower",
        replica.hash().or(replica::error).orElse("no answer"));
  }

  private static void write(JsonGenerator json, ReplicaCheck check) throws IOException {
    json.writeStartObject();
    json.writeBooleanField("equal", check.equal());
    if (check.catalog().isPresent()) {
      json.writeObjectFieldStart("catalog");
      json.writeNumberField("index", check.catalog().get().index());
      writeReplicas(json, check.catalog().get().replicas());
      json.writeEndObject();
    }
    json.writeArrayFieldStart("shards");
    for (var shard : check.shards()) {
      json.writeStartObject();
      json.writeNumberField("shard", shard.number());
      json.writeNumberField("term", shard.term());
      json.writeNumberField("index", shard.index());
      writeReplicas(json, shard.replicas());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeReplicas(JsonGenerator json, List<ReplicaCheck.Replica> replicas)
      throws IOException {
    json.writeArrayFieldStart("replicas");
    for (var replica : replicas) {
      json.writeStartObject();
      json.writeStringField("node", replica.nodeId());
      json.writeBooleanField("leader", replica.leader());
      if (replica.hash().isPresent()) {
        json.writeStringField("hash", replica.hash().get());
      }
      if (replica.error().isPresent()) {
        json.writeStringField("error", replica.error().get());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
