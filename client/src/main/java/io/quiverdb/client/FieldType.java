package io.quiverdb.client;

/// What a filterable field of payloads holds.
public enum FieldType {
  KEYWORD,
  NUMERIC;

  static FieldType of(io.quiverdb.api.v1.FieldType type) {
    return switch (type) {
      case KEYWORD -> KEYWORD;
      case NUMERIC -> NUMERIC;
      case FIELD_TYPE_UNSPECIFIED, UNRECOGNIZED ->
          throw new UnsupportedOperationException("field type: unknown (expected: a newer client)");
    };
  }

  io.quiverdb.api.v1.FieldType toWire() {
    return switch (this) {
      case KEYWORD -> io.quiverdb.api.v1.FieldType.KEYWORD;
      case NUMERIC -> io.quiverdb.api.v1.FieldType.NUMERIC;
    };
  }
}
