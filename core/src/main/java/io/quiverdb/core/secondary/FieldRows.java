package io.quiverdb.core.secondary;

import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.filter.FieldValue;
import io.quiverdb.core.filter.Keywords;
import org.roaringbitmap.RoaringBitmap;

/// What the rows of a segment have at one field.
final class FieldRows {
  final FilterableField field;
  final KeyRows keyRows = new KeyRows();
  final RoaringBitmap existing = new RoaringBitmap();
  final RoaringBitmap otherTypes = new RoaringBitmap();
  final RoaringBitmap withoutKey = new RoaringBitmap();

  FieldRows(FilterableField field) {
    this.field = field;
  }

  /// @param roomForKey whether memory allows of another key
  void add(int row, FieldValue value, boolean roomForKey) {
    existing.add(row);
    if (!FieldKeys.isOfType(field.type(), value)) {
      otherTypes.add(row);
      return;
    }
    if (value instanceof FieldValue.Text(var text) && !Keywords.isWellFormed(text)) {
      return; // Equals nothing, and lies in no range.
    }
    byte[] key = FieldKeys.key(value);
    if (!roomForKey || key.length > SecondaryFormat.KEY_BYTES_MAX) {
      withoutKey.add(row);
    } else {
      keyRows.add(key, row);
    }
  }
}
