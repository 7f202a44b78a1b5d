package io.quiverdb.client;

/// A condition on payloads. Points without the field, or with a value of another type there, do not
/// match.
public final class Filter {
  private final io.quiverdb.api.v1.Filter wire;

  private Filter(io.quiverdb.api.v1.Filter wire) {
    this.wire = wire;
  }

  /// @param path names separated by dots
  public static Field field(String path) {
    return new Field(path);
  }

  io.quiverdb.api.v1.Filter toWire() {
    return wire;
  }

  /// A field of payloads, to say a condition of. An array matches if one of its elements does.
  public static final class Field {
    private final String path;

    private Field(String path) {
      this.path = path;
    }

    public Filter eq(String text) {
      return eq(value().setText(text));
    }

    public Filter eq(long whole) {
      return eq(value().setWhole(whole));
    }

    public Filter eq(double real) {
      return eq(value().setReal(real));
    }

    public Filter eq(boolean truth) {
      return eq(value().setBoolean(truth));
    }

    private io.quiverdb.api.v1.Filter.Eq.Builder value() {
      return io.quiverdb.api.v1.Filter.Eq.newBuilder().setField(path);
    }

    private static Filter eq(io.quiverdb.api.v1.Filter.Eq.Builder eq) {
      return new Filter(io.quiverdb.api.v1.Filter.newBuilder().setEq(eq).build());
    }
  }
}
