package io.quiverdb.client;

import io.quiverdb.api.v1.FilterableField;
import io.quiverdb.api.v1.UpdateSettingsRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Which filterable fields a collection is to gain and to lose, and how accurate searches are to be
/// that do not say it. A field that is dropped and added changes its type.
///
/// @param added by path; one that is declared already, with this type, stays
/// @param dropped paths of declared fields
/// @param ef see [Schema#ef]; 0: from now on the collection has none; empty: it stays as it is
public record SettingsChange(Map<String, FieldType> added, List<String> dropped, OptionalInt ef) {
  public SettingsChange {
    added = Collections.unmodifiableMap(new LinkedHashMap<>(added));
    dropped = List.copyOf(dropped);
  }

  /// No change yet, to be made one.
  public static SettingsChange none() {
    return new SettingsChange(Map.of(), List.of(), OptionalInt.empty());
  }

  /// And adds a field that is compared as text or as true and false.
  public SettingsChange keyword(String path) {
    return add(path, FieldType.KEYWORD);
  }

  /// And adds a field that is compared as a number.
  public SettingsChange numeric(String path) {
    return add(path, FieldType.NUMERIC);
  }

  public SettingsChange add(String path, FieldType type) {
    Map<String, FieldType> more = new LinkedHashMap<>(added);
    more.put(path, type);
    return new SettingsChange(more, dropped, ef);
  }

  public SettingsChange drop(String path) {
    List<String> more = new ArrayList<>(dropped);
    more.add(path);
    return new SettingsChange(added, more, ef);
  }

  /// And gives searches another [Search#ef] that say nothing about it.
  ///
  /// @param ef 1 to 10,000
  public SettingsChange withEf(int ef) {
    return new SettingsChange(added, dropped, OptionalInt.of(ef));
  }

  /// And leaves it to the cluster how accurate searches are that do not say it.
  public SettingsChange withoutEf() {
    return new SettingsChange(added, dropped, OptionalInt.of(0));
  }

  UpdateSettingsRequest.Builder toRequest(String collection) {
    UpdateSettingsRequest.Builder request =
        UpdateSettingsRequest.newBuilder().setName(collection).addAllDrop(dropped);
    added.forEach(
        (path, type) ->
            request.addAdd(FilterableField.newBuilder().setPath(path).setType(type.toWire())));
    ef.ifPresent(request::setEf);
    return request;
  }
}
