package io.quiverdb.jepsen.workload;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// All workloads, by name. A new one is added here.
public final class Workloads {
  private static final Map<String, Supplier<Workload>> ALL = new LinkedHashMap<>();

  static {
    ALL.put("register", RegisterWorkload::new);
    ALL.put("set", SetWorkload::new);
    ALL.put("tombstones", TombstonesWorkload::new);
    ALL.put("batch", BatchWorkload::new);
    ALL.put("idempotence", IdempotenceWorkload::new);
    ALL.put("search", SearchWorkload::new);
    ALL.put("graphs", GraphsWorkload::new);
    ALL.put("catalogue", CatalogWorkload::new);
    ALL.put("bank", BankWorkload::new);
    ALL.put("session", SessionWorkload::new);
    ALL.put("erase", EraseWorkload::new);
  }

  private Workloads() {}

  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /// A new one, for one run.
  ///
  /// @throws IllegalArgumentException if there is none of that name
  public static Workload create(String name) {
    var workload = ALL.get(name);
    if (workload == null) {
      throw new IllegalArgumentException(
          "workload: " + name + " (expected: one of " + String.join(", ", ALL.keySet()) + ")");
    }
    return workload.get();
  }
}
