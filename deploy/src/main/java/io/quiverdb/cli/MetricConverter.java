package io.quiverdb.cli;

import io.quiverdb.client.Metric;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Metrics by the names that people use.
final class MetricConverter implements ITypeConverter<Metric> {
  static final String NAMES = "cosine|l2|dot";

  @Override
  public Metric convert(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "cosine" -> Metric.COSINE;
      case "l2" -> Metric.L2_SQUARED;
      case "dot" -> Metric.DOT;
      default ->
          throw new TypeConversionException("metric: " + name + " (expected: cosine, l2 or dot)");
    };
  }

  static String name(Metric metric) {
    return switch (metric) {
      case COSINE -> "cosine";
      case L2_SQUARED -> "l2";
      case DOT -> "dot";
    };
  }
}
