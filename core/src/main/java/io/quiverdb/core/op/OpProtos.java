package io.quiverdb.core.op;

import io.quiverdb.core.Descriptor;
import io.quiverdb.core.Metric;
import io.quiverdb.core.Position;
import io.quiverdb.core.Precondition;
import io.quiverdb.core.Settings;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.SlotRange;
import java.util.List;
import java.util.OptionalInt;

/// Between the face's types and their messages in operations and manifests. Reading a message
/// throws [IllegalArgumentException] where its content breaks a limit.
public final class OpProtos {
  private OpProtos() {}

  public static CollectionDescriptor toProto(Descriptor descriptor) {
    return CollectionDescriptor.newBuilder()
        .setDimension(descriptor.dimension())
        .setMetric(toProto(descriptor.metric()))
        .build();
  }

  private static CollectionDescriptor.Metric toProto(Metric metric) {
    return switch (metric) {
      case L2_SQUARED -> CollectionDescriptor.Metric.L2_SQUARED;
      case COSINE -> CollectionDescriptor.Metric.COSINE;
      case DOT -> CollectionDescriptor.Metric.DOT;
    };
  }

  public static Descriptor descriptor(CollectionDescriptor proto) {
    return new Descriptor(proto.getDimension(), metric(proto.getMetric()));
  }

  private static Metric metric(CollectionDescriptor.Metric proto) {
    return switch (proto) {
      case L2_SQUARED -> Metric.L2_SQUARED;
      case COSINE -> Metric.COSINE;
      case DOT -> Metric.DOT;
      case METRIC_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "metric: " + proto + " (expected: L2_SQUARED, COSINE or DOT)");
    };
  }

  public static CollectionSettings toProto(Settings settings) {
    var proto = CollectionSettings.newBuilder();
    for (var field : settings.filterableFields()) {
      proto.addFilterableFields(
          CollectionSettings.FilterableField.newBuilder()
              .setPath(field.path())
              .setType(toProto(field.type())));
    }
    settings.ef().ifPresent(proto::setEf);
    return proto.build();
  }

  private static CollectionSettings.FilterableField.Type toProto(FilterableField.Type type) {
    return switch (type) {
      case KEYWORD -> CollectionSettings.FilterableField.Type.KEYWORD;
      case NUMERIC -> CollectionSettings.FilterableField.Type.NUMERIC;
    };
  }

  public static Settings settings(CollectionSettings proto) {
    return new Settings(
        proto.getFilterableFieldsList().stream()
            .map(field -> new FilterableField(field.getPath(), type(field.getType())))
            .toList(),
        proto.hasEf() ? OptionalInt.of(proto.getEf()) : OptionalInt.empty());
  }

  private static FilterableField.Type type(CollectionSettings.FilterableField.Type proto) {
    return switch (proto) {
      case KEYWORD -> FilterableField.Type.KEYWORD;
      case NUMERIC -> FilterableField.Type.NUMERIC;
      case TYPE_UNSPECIFIED, UNRECOGNIZED ->
          throw new IllegalArgumentException(
              "filterable field: " + proto + " (expected: KEYWORD or NUMERIC)");
    };
  }

  public static PointCondition toProto(Precondition precondition) {
    var proto = PointCondition.newBuilder();
    switch (precondition) {
      case Precondition.Absent() -> proto.setAbsent(PointCondition.Absent.getDefaultInstance());
      case Precondition.Present() -> proto.setPresent(PointCondition.Present.getDefaultInstance());
      case Precondition.VersionEquals(var version) -> proto.setVersion(version);
    }
    return proto.build();
  }

  public static LogPosition toProto(Position position) {
    return LogPosition.newBuilder()
        .setEpoch(position.epoch())
        .setTerm(position.term())
        .setIndex(position.index())
        .build();
  }

  public static Position position(LogPosition proto) {
    return new Position(proto.getEpoch(), proto.getTerm(), proto.getIndex());
  }

  public static List<SetOwnership.SlotRange> toProto(List<SlotRange> slots) {
    return slots.stream()
        .map(
            range ->
                SetOwnership.SlotRange.newBuilder()
                    .setFirst(range.first())
                    .setLast(range.last())
                    .build())
        .toList();
  }

  public static List<SlotRange> slots(List<SetOwnership.SlotRange> proto) {
    return proto.stream().map(range -> new SlotRange(range.getFirst(), range.getLast())).toList();
  }
}
