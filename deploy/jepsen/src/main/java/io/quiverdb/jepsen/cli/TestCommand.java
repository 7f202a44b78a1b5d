package io.quiverdb.jepsen.cli;

import io.quiverdb.jepsen.cluster.ClusterPlan.NetChoice;
import io.quiverdb.jepsen.nemesis.Nemeses;
import io.quiverdb.jepsen.report.Report;
import io.quiverdb.jepsen.run.Run;
import io.quiverdb.jepsen.run.RunOptions;
import io.quiverdb.jepsen.run.Scenarios;
import io.quiverdb.jepsen.workload.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `run test`
@Command(
    name = "test",
    description = "One run: a cluster, clients, faults, the judgement.",
    footer = {
      "",
      "Example:",
      "  deploy/jepsen/run test --workload register,set --nemesis kill,pause --time 60 --seed 7"
    })
final class TestCommand implements Callable<Integer> {
  private static final List<String> FIXED_BY_SCENARIOS =
      List.of("--workload", "--nemesis", "--time", "--operations", "--nodes", "--endpoints");
  private static final int SEED_BOUND = 1_000_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--workload",
      split = ",",
      completionCandidates = WorkloadNames.class,
      description = "What clients do; several at once: ${COMPLETION-CANDIDATES}.")
  private List<String> workloads = List.of();

  @Option(
      names = "--nemesis",
      split = ",",
      completionCandidates = NemesisNames.class,
      description = "What is done to the cluster; in turns: ${COMPLETION-CANDIDATES}.")
  private List<String> nemeses = List.of();

  @Option(
      names = "--scenario",
      paramLabel = "NAME",
      completionCandidates = ScenarioNames.class,
      description =
          "Instead of workloads, nemeses, time and nodes: a run against one hazard, in which it is"
              + " fixed what is done when: ${COMPLETION-CANDIDATES}.")
  private Optional<String> scenario = Optional.empty();

  @Option(
      names = "--time",
      paramLabel = "S",
      defaultValue = "60",
      description = "Seconds that clients are at work (${DEFAULT-VALUE}).")
  private int seconds = 60;

  @Option(
      names = "--operations",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "So many are to be answered: if there are fewer when the time is over, clients go on"
              + " without faults, at most until five times --time is over (${DEFAULT-VALUE}).")
  private int operations;

  @Option(
      names = "--nodes",
      paramLabel = "N",
      defaultValue = "3",
      description = "1, 3 or 5 (${DEFAULT-VALUE}).")
  private int nodes = 3;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      defaultValue = "6",
      description = "Clients of each workload (${DEFAULT-VALUE}).")
  private int concurrency = 6;

  @Option(
      names = "--net",
      paramLabel = "KIND",
      defaultValue = "auto",
      converter = NetConverter.class,
      description =
          "What links are made of: namespaces, proxies, or auto, the first of them that can be had"
              + " (${DEFAULT-VALUE}).")
  private NetChoice net = NetChoice.AUTO;

  @Option(
      names = "--endpoints",
      paramLabel = "HOST:PORT",
      split = ",",
      description =
          "All nodes of a cluster that is there, instead of one of our own. Little can be done to"
              + " it: no fault, or 'transfer'. The workloads' collections must not be there.")
  private List<String> endpoints = List.of();

  @Option(names = "--seed", paramLabel = "N", description = "Drawn and told if not given.")
  private Optional<Long> seed = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "For all that is left of the run (target/jepsen/SEED).")
  private Optional<Path> out = Optional.empty();

  @Override
  public Integer call() throws IOException, InterruptedException {
    var options = options();
    var terminal = spec.commandLine().getErr();
    terminal.println(options.replay());
    terminal.flush();
    var result = new Run(options).execute();
    Report.write(result, options.out());
    new Story(result).print(spec.commandLine().getOut());
    return result.outcome().exitCode();
  }

  private RunOptions options() throws IOException {
    long drawn = seed.orElseGet(() -> (long) new Random().nextInt(SEED_BOUND));
    try {
      var options = scenario.isPresent() ? scenario(drawn) : drawn(drawn);
      requireEmpty(options.out());
      return options;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private RunOptions drawn(long drawnSeed) {
    return new RunOptions(
        workloads,
        nemeses,
        Duration.ofSeconds(seconds),
        operations,
        nodes,
        concurrency,
        drawnSeed,
        net,
        endpoints,
        serve(),
        folder(drawnSeed),
        Optional.empty());
  }

  private RunOptions scenario(long drawnSeed) {
    for (var option : FIXED_BY_SCENARIOS) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new IllegalArgumentException(
            "scenario: " + scenario.orElseThrow() + " (expected: no " + option + ")");
      }
    }
    return RunOptions.of(
        Scenarios.get(scenario.orElseThrow()),
        concurrency,
        drawnSeed,
        net,
        serve(),
        folder(drawnSeed));
  }

  private static List<String> serve() {
    return List.of(System.getProperty("launcher", "quiver"), "serve");
  }

  private Path folder(long drawnSeed) {
    return out.orElseGet(() -> Path.of("target", "jepsen", String.valueOf(drawnSeed)));
  }

  private static void requireEmpty(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (var entries = Files.list(folder)) {
      if (entries.findAny().isPresent()) {
        throw new IllegalArgumentException(
            "out: " + folder + " is not empty (expected: a new or an empty folder)");
      }
    }
  }

  static final class WorkloadNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Workloads.names().iterator();
    }
  }

  static final class ScenarioNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Scenarios.names().iterator();
    }
  }

  static final class NemesisNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Nemeses.names().iterator();
    }
  }

  static final class NetConverter implements ITypeConverter<NetChoice> {
    @Override
    public NetChoice convert(String word) {
      return Arrays.stream(NetChoice.values())
          .filter(choice -> choice.word().equals(word))
          .findFirst()
          .orElseThrow(
              () -> new TypeConversionException(word + " (expected: auto, namespaces or proxies)"));
    }
  }
}
