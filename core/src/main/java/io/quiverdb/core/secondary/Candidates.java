package io.quiverdb.core.secondary;

import io.quiverdb.core.Filter;
import io.quiverdb.core.Filter.Bound;
import io.quiverdb.core.filter.FieldValue;
import io.quiverdb.core.secondary.FieldIndex.End;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/// What a segment's indexes say of a filter: rows that certainly match, and rows that possibly do,
/// the certain ones among them. The payloads of the others decide: those of fields without an index
/// here, of values without a key, and of types that a field's index is not for.
///
/// Deaths do not count here.
public record Candidates(RoaringBitmap certain, RoaringBitmap possible) {
  /// @param rowCount of the segment
  public static Candidates of(Filter filter, SecondaryIndex index, int rowCount) {
    return new Evaluation(index, RoaringBitmap.bitmapOfRange(0, rowCount)).of(filter);
  }

  /// @param all rows of the segment
  private record Evaluation(SecondaryIndex index, RoaringBitmap all) {
    Candidates of(Filter filter) {
      return switch (filter) {
        case Filter.Eq(var path, var value) -> anyOf(path, List.of(value));
        case Filter.In(var path, var values) -> anyOf(path, values);
        case Filter.Range range -> between(range);
        case Filter.Exists(var path) ->
            index
                .field(path)
                .map(field -> exactly(within(field.existing())))
                .orElseGet(this::unknown);
        case Filter.And(var parts) -> all(parts);
        case Filter.Or(var parts) -> any(parts);
        case Filter.Not(var part) -> not(of(part));
      };
    }

    private Candidates anyOf(String path, List<Filter.Value> values) {
      var field = index.field(path);
      return field.isPresent() ? anyOf(field.get(), values) : unknown();
    }

    private Candidates anyOf(FieldIndex field, List<Filter.Value> values) {
      var certain = new RoaringBitmap();
      boolean hasKeys = false;
      boolean hasOthers = false;
      for (var value : values) {
        var wanted = FieldValue.of(value);
        if (field.isFor(wanted)) {
          field.addEqual(wanted, certain);
          hasKeys = true;
        } else {
          hasOthers = true;
        }
      }
      return withUnindexed(field, certain, hasKeys, hasOthers);
    }

    private Candidates between(Filter.Range range) {
      var field = index.field(range.path());
      return field.isPresent() ? between(field.get(), range) : unknown();
    }

    private Candidates between(FieldIndex field, Filter.Range range) {
      var certain = new RoaringBitmap();
      var bound = range.lower().or(range::upper).orElseThrow();
      boolean hasKeys = field.isFor(FieldValue.of(bound.value()));
      if (hasKeys) {
        field.addRange(
            range.lower().map(lower -> end(lower, !lower.inclusive())),
            range.upper().map(upper -> end(upper, upper.inclusive())),
            certain);
      }
      return withUnindexed(field, certain, hasKeys, !hasKeys);
    }

    private static End end(Bound bound, boolean after) {
      return new End(FieldValue.of(bound.value()), after);
    }

    private Candidates withUnindexed(
        FieldIndex field, RoaringBitmap certain, boolean hasKeys, boolean hasOthers) {
      var open = hasKeys ? field.withoutKey() : new RoaringBitmap();
      if (hasOthers) {
        open.or(field.otherTypes());
      }
      if (open.isEmpty()) {
        return exactly(within(certain));
      }
      open.or(certain);
      return new Candidates(within(certain), within(open));
    }

    /// Rows that there are: a file that passed its checks and names others must not lead astray.
    private RoaringBitmap within(RoaringBitmap rows) {
      if (!rows.isEmpty() && Integer.compareUnsigned(rows.last(), all.last()) > 0) {
        rows.and(all);
      }
      return rows;
    }

    private static Candidates exactly(RoaringBitmap rows) {
      return new Candidates(rows, rows);
    }

    private Candidates unknown() {
      return new Candidates(new RoaringBitmap(), all);
    }

    private Candidates all(List<Filter> parts) {
      var certain = all.clone();
      var possible = all.clone();
      for (var part : parts) {
        var candidates = of(part);
        certain.and(candidates.certain);
        possible.and(candidates.possible);
        if (possible.isEmpty()) {
          break;
        }
      }
      return new Candidates(certain, possible);
    }

    private Candidates any(List<Filter> parts) {
      var certain = new RoaringBitmap();
      var possible = new RoaringBitmap();
      for (var part : parts) {
        var candidates = of(part);
        certain.or(candidates.certain);
        possible.or(candidates.possible);
      }
      return new Candidates(certain, possible);
    }

    private Candidates not(Candidates part) {
      return new Candidates(
          RoaringBitmap.andNot(all, part.possible), RoaringBitmap.andNot(all, part.certain));
    }
  }
}
