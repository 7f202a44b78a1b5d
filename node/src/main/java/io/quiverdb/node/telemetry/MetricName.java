package io.quiverdb.node.telemetry;

import io.quiverdb.raft.MetricNames;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// A metric's name and labels, from the one name that Dropwizard gives it ([MetricNames] says how).
///
/// @param family as Prometheus has it, such as `quiver_api_requests_total`
record MetricName(String family, Map<String, String> labels) {
  private static final Pattern LABEL_END = Pattern.compile("[,}]");
  private static final Pattern NO_NAME_CHARACTER = Pattern.compile("[^a-z0-9_]");

  MetricName {
    labels = Map.copyOf(labels);
  }

  static MetricName parse(String dropwizardName) {
    int brace = dropwizardName.indexOf('{');
    if (brace < 0) {
      return new MetricName(family(dropwizardName), Map.of());
    }
    Map<String, String> labels = new TreeMap<>();
    for (String label : LABEL_END.split(dropwizardName.substring(brace + 1), -1)) {
      int equals = label.indexOf('=');
      if (equals > 0) {
        labels.put(label.substring(0, equals), label.substring(equals + 1));
      }
    }
    return new MetricName(family(dropwizardName.substring(0, brace)), labels);
  }

  private static String family(String name) {
    return NO_NAME_CHARACTER.matcher(name).replaceAll("_");
  }
}
