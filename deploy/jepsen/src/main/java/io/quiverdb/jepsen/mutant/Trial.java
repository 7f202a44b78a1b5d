package io.quiverdb.jepsen.mutant;

import io.quiverdb.jepsen.nemesis.Nemeses;
import io.quiverdb.jepsen.run.Scenario;
import io.quiverdb.jepsen.workload.Workloads;
import java.time.Duration;
import java.util.List;

/// What is to find a planted bug. Equal ones need one control only.
public sealed interface Trial {
  /// A run drawn from a seed.
  record Drawn(List<String> workloads, List<String> nemeses, Duration time) implements Trial {
    public Drawn {
      workloads = List.copyOf(workloads);
      nemeses = List.copyOf(nemeses);
      workloads.forEach(Workloads::create);
      nemeses.forEach(Nemeses::create);
    }

    @Override
    public String toString() {
      return String.join(", ", workloads)
          + (nemeses.isEmpty() ? "" : " under " + String.join(", ", nemeses));
    }
  }

  record Directed(Scenario scenario) implements Trial {
    @Override
    public String toString() {
      return "scenario " + scenario.name();
    }
  }

  /// Tests of a module, where the bug cannot be seen from outside, or only by a disk or a moment
  /// that they make.
  ///
  /// @param classes full names
  record Tests(List<String> classes) implements Trial {
    public Tests {
      classes = List.copyOf(classes);
    }

    @Override
    public String toString() {
      return String.join(
          ", ", classes.stream().map(name -> name.substring(name.lastIndexOf('.') + 1)).toList());
    }
  }
}
