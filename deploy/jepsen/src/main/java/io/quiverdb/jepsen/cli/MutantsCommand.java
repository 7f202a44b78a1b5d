package io.quiverdb.jepsen.cli;

import io.quiverdb.jepsen.mutant.Hunt;
import io.quiverdb.jepsen.mutant.Hunt.Catch;
import io.quiverdb.jepsen.mutant.Hunt.Ground;
import io.quiverdb.jepsen.mutant.Hunt.Result;
import io.quiverdb.jepsen.mutant.Mutant;
import io.quiverdb.jepsen.run.RunResult.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `run mutants`
@Command(
    name = "mutants",
    description = {
      "Plants one bug after the other into a copy of the program, and runs what is to find it until"
          + " it is found, five times at most.",
      "Ends with 1 if one is not found, with 3 if one could not be tried, such as for want of"
          + " libfaketime, or because what is to find it also accuses the program as it is."
    },
    footer = {
      "",
      "Examples:",
      "  deploy/jepsen/run mutants",
      "  deploy/jepsen/run mutants --only read-without-barrier"
    })
final class MutantsCommand implements Callable<Integer> {
  private static final int TOLD_MAX = 200;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "These: names of files in deploy/jepsen/mutants, without the ending.")
  private List<String> only = List.of();

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the first run against each (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "target/jepsen/mutants",
      description = "For a folder of each, with the reports of its runs (${DEFAULT-VALUE}).")
  private Path out = Path.of("target", "jepsen", "mutants");

  @Option(
      names = "--checkout",
      paramLabel = "DIR",
      defaultValue = "${sys:checkout:-.}",
      hidden = true)
  private Path checkout = Path.of(".");

  @Override
  public Integer call() throws IOException, InterruptedException {
    var mutants = chosen(Mutant.all(checkout.resolve("deploy/jepsen/mutants")));
    var hunt = new Hunt(ground(), out, seed);
    var writer = spec.commandLine().getOut();
    var catches = new ArrayList<Catch>();
    for (var mutant : mutants) {
      var one = hunt.look(mutant);
      catches.add(one);
      writer.println(mutant.name() + ": " + told(one.result()));
      writer.flush();
    }
    writer.println();
    writer.println("| planted bug | what is to find it | runs | found | s |");
    writer.println("|---|---|---|---|---|");
    catches.forEach(one -> writer.println(row(one)));
    writer.flush();
    return exitCode(catches);
  }

  private static String told(Result result) {
    return switch (result) {
      case Result.Found(var what) -> "found: " + shortened(what);
      case Result.NotFound() -> "not found";
      case Result.NotTried(var why) -> "not tried: " + shortened(why);
    };
  }

  /// What a test says may hold all the bytes that it compared.
  private static String shortened(String text) {
    return text.length() <= TOLD_MAX ? text : text.substring(0, TOLD_MAX) + " …";
  }

  private static String row(Catch one) {
    return "| %s | %s | %d | %s | %d |"
        .formatted(
            one.mutant().name(),
            one.mutant().trial(),
            one.runs(),
            told(one.result()).replace("|", "\\|"),
            one.took().toSeconds());
  }

  private static int exitCode(List<Catch> catches) {
    if (catches.stream().anyMatch(one -> one.result() instanceof Result.NotFound)) {
      return Outcome.VIOLATION.exitCode();
    }
    return catches.stream().anyMatch(one -> one.result() instanceof Result.NotTried)
        ? Outcome.INCONCLUSIVE.exitCode()
        : Outcome.VALID.exitCode();
  }

  private List<Mutant> chosen(List<Mutant> all) {
    for (var name : only) {
      if (all.stream().noneMatch(mutant -> mutant.name().equals(name))) {
        throw new ParameterException(
            spec.commandLine(),
            "mutant: %s (expected: one of %s)"
                .formatted(name, String.join(", ", all.stream().map(Mutant::name).toList())));
      }
    }
    return all.stream().filter(mutant -> only.isEmpty() || only.contains(mutant.name())).toList();
  }

  /// The launcher is in `bin`.
  private Ground ground() {
    var launcher = Path.of(System.getProperty("launcher", "bin/quiver")).toAbsolutePath();
    return new Ground(
        checkout,
        Optional.ofNullable(launcher.getParent()).map(Path::getParent).orElseThrow(),
        System.getProperty("java.class.path"),
        System.getProperty("test.class.path", ""));
  }
}
