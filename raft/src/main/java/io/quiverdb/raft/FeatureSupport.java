package io.quiverdb.raft;

import io.quiverdb.core.FeatureLevelException;
import io.quiverdb.core.VersionRange;
import io.quiverdb.core.op.FeatureLevels;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What the nodes of a cluster support, as they report it. One that reports nothing supports
/// nothing.
public final class FeatureSupport {
  private FeatureSupport() {}

  /// The highest level that all of the nodes support.
  ///
  /// @throws IllegalArgumentException if there is none
  public static int highestOfAll(Collection<NodeStatus> nodes) {
    int highest =
        nodes.stream()
            .mapToInt(node -> node.featureLevels().map(VersionRange::newest).orElse(0))
            .min()
            .orElse(FeatureLevels.FIRST);
    requireAll(
        highest,
        nodes.stream()
            .collect(Collectors.toMap(node -> node.self().id(), NodeStatus::featureLevels)));
    return highest;
  }

  /// @throws IllegalArgumentException naming the nodes that do not support a level, and what they
  ///   do
  public static void requireAll(int level, Map<NodeId, Optional<VersionRange>> nodes) {
    var lacking =
        nodes.entrySet().stream()
            .filter(node -> node.getValue().filter(levels -> levels.contains(level)).isEmpty())
            .map(
                node ->
                    "node %s supports %s"
                        .formatted(
                            node.getKey(), node.getValue().map(Object::toString).orElse("none")))
            .sorted()
            .collect(Collectors.joining(", "));
    if (!lacking.isEmpty()) {
      throw new IllegalArgumentException(
          "feature level: %d, and %s (expected: one that every node supports)"
              .formatted(level, lacking));
    }
  }

  /// Whether a replica was stopped by what a later release has logged. The message holds nothing
  /// but levels and kinds of operation.
  static Optional<FeatureLevelException> refusal(@Nullable Throwable fault) {
    return switch (fault) {
      case null -> Optional.empty();
      case FeatureLevelException refusal -> Optional.of(refusal);
      default -> refusal(fault.getCause());
    };
  }
}
