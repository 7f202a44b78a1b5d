package io.quiverdb.jepsen.report;

import io.quiverdb.jepsen.checker.Finding;
import io.quiverdb.jepsen.run.RunResult;
import io.quiverdb.jepsen.workload.Workload;
import io.quiverdb.jepsen.workload.Workloads;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Findings under the workload whose name they begin with, or whose calls they hold; what can be
/// anyone's stands under the empty name.
record FindingsByWorkload(Map<String, List<Finding>> byWorkload) {
  private static final String ANYONES = "";

  static FindingsByWorkload of(RunResult result) {
    var workloads = result.options().workloads().stream().map(Workloads::create).toList();
    var byWorkload = new LinkedHashMap<String, List<Finding>>();
    workloads.forEach(workload -> byWorkload.put(workload.name(), new ArrayList<>()));
    for (var finding : result.findings()) {
      var owner =
          named(finding, workloads)
              .or(
                  () ->
                      workloads.size() == 1 ? Optional.of(workloads.getFirst()) : Optional.empty())
              .or(() -> owning(finding, workloads));
      byWorkload
          .computeIfAbsent(owner.map(Workload::name).orElse(ANYONES), _ -> new ArrayList<>())
          .add(finding);
    }
    return new FindingsByWorkload(byWorkload);
  }

  private static Optional<Workload> named(Finding finding, List<Workload> workloads) {
    return workloads.stream()
        .filter(workload -> finding.checker().startsWith(workload.name()))
        .max(Comparator.comparingInt(workload -> workload.name().length()));
  }

  private static Optional<Workload> owning(Finding finding, List<Workload> workloads) {
    return finding.violations().stream()
        .flatMap(violation -> violation.calls().stream())
        .findFirst()
        .flatMap(
            call ->
                workloads.stream()
                    .filter(workload -> workload.owns(call.collection()))
                    .findFirst());
  }

  /// Of the findings that are this workload's, and of those that can be anyone's.
  int violationCount(String workload) {
    return Stream.of(workload, ANYONES)
        .flatMap(name -> byWorkload.getOrDefault(name, List.of()).stream())
        .mapToInt(finding -> finding.violations().size())
        .sum();
  }
}
