package io.quiverdb.node.telemetry;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Ratis's names, made ours. They hold the ids of members and groups, as in
/// `ratis.log_worker.3f0c…@group-49A0….flushTime`; this one becomes
/// `quiver_ratis_log_worker_flush_time` with the label `group`. An id that stands alone is a
/// follower's and becomes the label `peer`.
final class RatisMetricName {
  private static final Pattern NAME = Pattern.compile("ratis(?:_[a-z]+)?\\.(.+)");
  private static final Pattern MEMBER = Pattern.compile("[0-9a-fA-F-]{36}@group-([0-9A-Fa-f]+)");
  private static final Pattern PEER =
      Pattern.compile("[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  private static final Pattern HUMP = Pattern.compile("([a-z0-9])([A-Z])");
  private static final Pattern SEPARATORS = Pattern.compile("[^a-z0-9]+");
  private static final Pattern EDGES = Pattern.compile("^_|_$");

  private RatisMetricName() {}

  /// Empty if it is not one of Ratis's.
  static Optional<MetricName> parse(String dropwizardName) {
    var name = NAME.matcher(dropwizardName);
    if (!name.matches()) {
      return Optional.empty();
    }
    String rest = name.group(1);
    Map<String, String> labels = new HashMap<>();
    var member = MEMBER.matcher(rest);
    if (member.find()) {
      labels.put("group", member.group(1).toLowerCase(Locale.ROOT));
      rest = member.replaceAll(".");
    }
    var peer = PEER.matcher(rest);
    if (peer.find()) {
      labels.put("peer", peer.group().toLowerCase(Locale.ROOT));
      rest = peer.replaceAll(".");
    }
    String snake = HUMP.matcher(rest).replaceAll("$1_$2").toLowerCase(Locale.ROOT);
    String trimmed = EDGES.matcher(SEPARATORS.matcher(snake).replaceAll("_")).replaceAll("");
    return Optional.of(new MetricName("quiver_ratis_" + trimmed, labels));
  }
}
