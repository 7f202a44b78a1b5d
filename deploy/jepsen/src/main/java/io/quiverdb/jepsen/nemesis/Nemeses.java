package io.quiverdb.jepsen.nemesis;

import io.quiverdb.core.faultfs.Loss;
import io.quiverdb.core.faultfs.Loss.Bytes;
import io.quiverdb.core.faultfs.Loss.Names;
import io.quiverdb.core.faultfs.agent.Fault;
import io.quiverdb.core.faultfs.agent.Fault.Operation;
import io.quiverdb.jepsen.net.Grudge;
import io.quiverdb.jepsen.net.Impairment;
import io.quiverdb.jepsen.net.Quality;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// All nemeses, by name. A new one is added here.
public final class Nemeses {
  private static final Duration DELAY = Duration.ofMillis(60);
  private static final double LOSS = 0.1;
  private static final double DUPLICATION = 0.2;
  private static final double REORDERING = 0.2;

  /// Names as they are; of each file, what was written up to some moment, the last of it in part.
  private static final Loss TORN = new Loss(Bytes.TORN, Names.KEPT);

  private static final Duration SLOW_FSYNC = Duration.ofMillis(400);

  private static final Map<String, Supplier<Nemesis>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("kill", () -> new Kill("kill", Choice.ONE));
    ALL.put("kill-majority", () -> new Kill("kill-majority", Choice.MAJORITY));
    ALL.put("kill-all", () -> new Kill("kill-all", Choice.ALL));
    ALL.put("pause", Pause::new);
    partition("partition-leader", Partition::leader);
    partition("partition-halves", (cluster, random) -> Grudge.halves(cluster.size(), random));
    partition("partition-ring", (cluster, random) -> Grudge.majoritiesRing(cluster.size(), random));
    partition("partition-oneway", (cluster, random) -> Grudge.oneWay(cluster.size(), random));
    partition("partition-bridge", (cluster, random) -> Grudge.bridge(cluster.size(), random));
    partition("partition-one", (cluster, random) -> Grudge.isolated(cluster.size(), random));
    links(
        "net-delay",
        Impairment.DELAY,
        quality -> quality.withDelay(DELAY).withJitter(DELAY),
        quality -> quality.withDelay(Duration.ZERO).withJitter(Duration.ZERO));
    links(
        "net-loss",
        Impairment.LOSS,
        quality -> quality.withLoss(LOSS),
        quality -> quality.withLoss(0));
    links(
        "net-duplicate",
        Impairment.DUPLICATION,
        quality -> quality.withDuplication(DUPLICATION),
        quality -> quality.withDuplication(0));
    links(
        "net-reorder",
        Impairment.REORDERING,
        quality -> quality.withReordering(REORDERING),
        quality -> quality.withReordering(0));
    ALL.put("clock-jump", ClockJump::new);
    ALL.put("clock-rate", ClockRate::new);
    ALL.put("slow-leader", SlowLeader::new);
    disk("disk-full", Fault.enospc(Operation.WRITE, "**"), Fault.enospc(Operation.CREATE, "**"));
    disk("io-error", Fault.eio(Operation.FORCE, "**"));
    disk("slow-fsync", Fault.slow(Operation.FORCE, "**", SLOW_FSYNC));
    ALL.put("power-loss", () -> new PowerLoss("power-loss", Choice.ALL, Loss.JOURNALED));
    ALL.put("torn-tail", () -> new PowerLoss("torn-tail", Choice.ONE, TORN));
    ALL.put("bit-rot", BitRot::new);
    ALL.put("log-rot", LogRot::new);
    ALL.put("transfer", Transfer::new);
    ALL.put("rolling-restart", RollingRestart::new);
    ALL.put("membership", MembershipChurn::new);
    ALL.put("snapshot-storm", SnapshotStorm::new);
  }

  private Nemeses() {}

  private static void partition(String name, Partition.Shape shape) {
    ALL.put(name, () -> new Partition(name, shape));
  }

  private static void links(
      String name,
      Impairment impairment,
      UnaryOperator<Quality> worse,
      UnaryOperator<Quality> better) {
    ALL.put(name, () -> new BadLinks(name, impairment, worse, better));
  }

  private static void disk(String name, Fault... faults) {
    ALL.put(name, () -> new BadDisk(name, List.of(faults)));
  }

  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /// @throws IllegalArgumentException if there is none of that name
  public static Nemesis create(String name) {
    var nemesis = ALL.get(name);
    if (nemesis == null) {
      throw new IllegalArgumentException(
          "nemesis: " + name + " (expected: one of " + String.join(", ", ALL.keySet()) + ")");
    }
    return nemesis.get();
  }
}
