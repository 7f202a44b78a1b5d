package io.quiverdb.client;

import io.quiverdb.api.v1.CreateCollectionRequest;
import io.quiverdb.api.v1.FilterableField;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;

/// What a collection holds: vectors of one dimension, compared by one metric, the fields of
/// payloads that filters may name, and how accurate searches are that do not say it.
///
/// @param dimension 1 to 8192
/// @param fields by path: names separated by dots
/// @param ef of searches that say nothing about it, see [Search#ef]; 100 if empty
public record Schema(int dimension, Metric metric, Map<String, FieldType> fields, OptionalInt ef) {
  public Schema {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  public static Schema cosine(int dimension) {
    return new Schema(dimension, Metric.COSINE, Map.of(), OptionalInt.empty());
  }

  /// By squared Euclidean distance.
  public static Schema l2(int dimension) {
    return new Schema(dimension, Metric.L2_SQUARED, Map.of(), OptionalInt.empty());
  }

  /// By inner product.
  public static Schema dot(int dimension) {
    return new Schema(dimension, Metric.DOT, Map.of(), OptionalInt.empty());
  }

  /// With a field that is compared as text or as true and false.
  public Schema keyword(String path) {
    return field(path, FieldType.KEYWORD);
  }

  public Schema numeric(String path) {
    return field(path, FieldType.NUMERIC);
  }

  public Schema field(String path, FieldType type) {
    Map<String, FieldType> more = new LinkedHashMap<>(fields);
    more.put(path, type);
    return new Schema(dimension, metric, more, ef);
  }

  /// With an [Search#ef] for the searches that say nothing about it.
  ///
  /// @param ef 1 to 10,000
  public Schema withEf(int ef) {
    return new Schema(dimension, metric, fields, OptionalInt.of(ef));
  }

  CreateCollectionRequest.Builder toRequest(String name) {
    CreateCollectionRequest.Builder request =
        CreateCollectionRequest.newBuilder()
            .setName(name)
            .setDimension(dimension)
            .setMetric(metric.toWire());
    fields.forEach(
        (path, type) ->
            request.addFilterableFields(
                FilterableField.newBuilder().setPath(path).setType(type.toWire())));
    ef.ifPresent(request::setEf);
    return request;
  }
}
