package io.quiverdb.core.secondary;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.filter.FieldValue;
import io.quiverdb.core.filter.PayloadFields;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/// Whether a segment's indexes say of its rows what their payloads say. The rows come one after the
/// other; of what they say sums and bits are kept, so that memory does not grow with the values.
///
/// That a field has no index at all is not wrong: it was not filterable then.
public final class SecondaryVerification {
  private final List<FieldVerification> fields;
  private final PayloadFields payloadFields;

  private SecondaryVerification(List<FieldVerification> fields) {
    this.fields = fields;
    this.payloadFields =
        PayloadFields.of(fields.stream().map(FieldVerification::fieldPath).toList());
  }

  /// @throws CorruptFileException if the index has no table of fields that makes sense
  public static SecondaryVerification of(SecondaryIndex index) {
    return new SecondaryVerification(
        index.fields().stream().map(field -> new FieldVerification(index.path(), field)).toList());
  }

  /// @param row above that of the call before
  public void add(int row, MemorySegment payload) {
    var values = values(payload);
    for (int field = 0; field < fields.size(); field++) {
      fields.get(field).add(row, values.get(field));
    }
  }

  /// By field; none where the payload is not JSON.
  private List<List<FieldValue>> values(MemorySegment payload) {
    List<List<FieldValue>> values = noValues();
    boolean json = payloadFields.read(payload, (field, value) -> values.get(field).add(value));
    return json ? values : noValues();
  }

  private List<List<FieldValue>> noValues() {
    List<List<FieldValue>> values = new ArrayList<>();
    fields.forEach(_ -> values.add(new ArrayList<>()));
    return values;
  }

  /// Compares, when all rows have come.
  ///
  /// @param payloads by row
  /// @param damages hears of each field what is wrong first
  public void finish(IntFunction<MemorySegment> payloads, Consumer<CorruptFileException> damages) {
    for (int number = 0; number < fields.size(); number++) {
      int field = number;
      try {
        fields.get(field).finish(row -> values(payloads.apply(row)).get(field));
      } catch (CorruptFileException e) {
        damages.accept(e);
      }
    }
  }
}
