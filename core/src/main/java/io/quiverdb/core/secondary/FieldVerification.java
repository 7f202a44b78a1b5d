package io.quiverdb.core.secondary;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.filter.FieldValue;
import io.quiverdb.core.filter.Keywords;
import io.quiverdb.core.secondary.SecondaryFormat.Run;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.roaringbitmap.RoaringBitmap;

/// What the rows of a segment have at one field, beside what the field's index says.
///
/// Of the pairs of a key and a row there is a sum of hashes on either side. Rows whose payloads are
/// evaluated in any case may lack pairs, and have only those that are theirs.
final class FieldVerification {
  private final String path;
  private final FieldIndex index;
  private final RoaringBitmap existing = new RoaringBitmap();
  private final RoaringBitmap otherTypes = new RoaringBitmap();

  /// Those with a value that has a key, if there is room for it.
  private final RoaringBitmap ofType = new RoaringBitmap();

  private final RoaringBitmap withoutKey;
  private int rowCount;
  private long pairs;

  /// @param path the `.sec` file's
  FieldVerification(String path, FieldIndex index) {
    this.path = path;
    this.index = index;
    this.withoutKey = index.withoutKey();
  }

  String fieldPath() {
    return index.entry().field().path();
  }

  /// @param row one more than that of the call before
  void add(int row, List<FieldValue> values) {
    rowCount = row + 1;
    for (var value : values) {
      existing.add(row);
      if (!index.isFor(value)) {
        otherTypes.add(row);
      }
    }
    var keys = keys(values);
    if (!keys.isEmpty()) {
      ofType.add(row);
    }
    if (!withoutKey.contains(row)) {
      keys.forEach(key -> pairs += hash(key, row));
    }
  }

  /// Each once.
  private NavigableSet<byte[]> keys(List<FieldValue> values) {
    var keys = new TreeSet<byte[]>(Arrays::compareUnsigned);
    for (var value : values) {
      boolean hasKey =
          index.isFor(value)
              && !(value instanceof FieldValue.Text(var text) && !Keywords.isWellFormed(text));
      if (hasKey) {
        keys.add(FieldKeys.key(value));
      }
    }
    return keys;
  }

  /// FNV-1a (Fowler, Noll, Vo), and the finaliser of MurmurHash3.
  private static long hash(byte[] key, int row) {
    long hash = 0xcbf29ce484222325L;
    for (byte one : key) {
      hash = (hash ^ Byte.toUnsignedInt(one)) * 0x100000001b3L;
    }
    hash += row * 0x9e3779b97f4a7c15L;
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  /// @param values by row, those that it was given by [#add]
  /// @throws CorruptFileException if the index says something else
  void finish(IntFunction<List<FieldValue>> values) {
    var entry = index.entry();
    requireSame("where it exists", entry.existing(), existing, index.existing());
    requireSame("with a value of another type", entry.otherTypes(), otherTypes, index.otherTypes());
    var unaccounted = RoaringBitmap.andNot(withoutKey, ofType);
    require(
        unaccounted.isEmpty(),
        entry.withoutKey(),
        "rows with a value that has no key",
        "rows with a value",
        unaccounted.isEmpty() ? "" : "row " + unaccounted.first() + " among them");
    long found = new Walk(values).run();
    require(pairs == found, entry.directory(), "sum of keys and rows", pairs, found);
  }

  private void requireSame(String what, Run run, RoaringBitmap expected, RoaringBitmap actual) {
    var differing = RoaringBitmap.xor(expected, actual);
    require(
        differing.isEmpty(),
        run,
        "rows " + what,
        "as the payloads have it",
        differing.isEmpty() ? "" : "otherwise from row " + differing.first());
  }

  private void require(boolean holds, Run run, String what, Object expected, Object found) {
    if (!holds) {
      throw new CorruptFileException(
          path, run.position(), "index of \"" + fieldPath() + "\", " + what, expected, found);
    }
  }

  /// Goes over all keys in their order, and over the unions above them.
  private final class Walk {
    private final IntFunction<List<FieldValue>> values;

    /// Of each level, the rows of the node that is being filled.
    private final List<RoaringBitmap> openNodes = new ArrayList<>();

    private byte[] keyBefore = {};
    private boolean first = true;
    private long sum;

    Walk(IntFunction<List<FieldValue>> values) {
      this.values = values;
      index.levels().forEach(_ -> openNodes.add(new RoaringBitmap()));
    }

    long run() {
      for (int number = 0; number < index.blockCount(); number++) {
        var block = index.block(number);
        require(
            Arrays.equals(block.keys()[0], index.firstKey(number)),
            index.entry().directory(),
            "first key of block " + number,
            "that of the block",
            "another");
        for (int key = 0; key < block.keys().length; key++) {
          openNodes.getFirst().or(add(block.keys()[key], block.rows()[key]));
        }
        endNode(0, number, number + 1 == index.blockCount());
      }
      return sum;
    }

    private RoaringBitmap add(byte[] key, Run run) {
      require(
          first || Arrays.compareUnsigned(keyBefore, key) < 0,
          index.entry().directory(),
          "order of keys",
          "ascending",
          "not ascending");
      first = false;
      keyBefore = key;
      var rows = index.rows(run);
      require(
          rows.isEmpty() || Integer.compareUnsigned(rows.last(), rowCount) < 0,
          index.entry().directory(),
          "rows of a key",
          "below " + rowCount,
          "beyond");
      rows.forEach((int row) -> add(key, row));
      return rows;
    }

    private void add(byte[] key, int row) {
      if (withoutKey.contains(row)) {
        require(
            keys(values.apply(row)).contains(key),
            index.entry().directory(),
            "a key of row " + row,
            "one of its values",
            "another");
      } else {
        sum += hash(key, row);
      }
    }

    private void endNode(int level, int number, boolean last) {
      var rows = openNodes.get(level);
      var node = index.levels().get(level)[number];
      require(
          rows.equals(index.rows(node)),
          node.length() == 0 ? index.entry().directory() : node,
          "union " + number + " of level " + (level + 1),
          "the rows of its keys",
          "others");
      openNodes.set(level, new RoaringBitmap());
      if (level + 1 < openNodes.size()) {
        openNodes.get(level + 1).or(rows);
        if (last || (number + 1) % SecondaryFormat.FANOUT == 0) {
          endNode(level + 1, number / SecondaryFormat.FANOUT, last);
        }
      }
    }
  }
}
