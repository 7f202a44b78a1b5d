package io.quiverdb.client;

import io.quiverdb.api.v1.FilterableField;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/// A collection as the cluster knows it.
///
/// @param id never used again for another collection
public record CollectionInfo(String name, long id, Schema schema, State state) {
  /// Where a collection stands in its life.
  public enum State {
    CREATING,
    ACTIVE,
    DROPPING,
    /// Found when the cluster was recovered, of a past that its catalogue had lost. It can be
    /// dropped, and nothing else.
    ORPHANED,
    SHREDDING
  }

  static CollectionInfo of(io.quiverdb.api.v1.Collection collection) {
    Map<String, FieldType> fields = new LinkedHashMap<>();
    for (FilterableField field : collection.getFilterableFieldsList()) {
      fields.put(field.getPath(), FieldType.of(field.getType()));
    }
    return new CollectionInfo(
        collection.getName(),
        collection.getId(),
        new Schema(
            collection.getDimension(),
            Metric.of(collection.getMetric()),
            fields,
            collection.hasEf() ? OptionalInt.of(collection.getEf()) : OptionalInt.empty()),
        switch (collection.getState()) {
          case CREATING -> State.CREATING;
          case DROPPING -> State.DROPPING;
          case ORPHANED -> State.ORPHANED;
          case SHREDDING -> State.SHREDDING;
          case ACTIVE, STATE_UNSPECIFIED, UNRECOGNIZED -> State.ACTIVE;
        });
  }

  public int dimension() {
    return schema.dimension();
  }

  public Metric metric() {
    return schema.metric();
  }

  /// The fields that filters may name, by path.
  public Map<String, FieldType> fields() {
    return schema.fields();
  }
}
