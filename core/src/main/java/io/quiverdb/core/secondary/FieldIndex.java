package io.quiverdb.core.secondary;

import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.filter.FieldValue;
import io.quiverdb.core.secondary.SecondaryFormat.FieldEntry;
import io.quiverdb.core.secondary.SecondaryFormat.Run;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.roaringbitmap.RoaringBitmap;

/// The index of one field of a segment. Used by any number of threads.
public final class FieldIndex {
  private final SecondaryStream.Reader stream;
  private final FieldEntry entry;

  /// Threads that load at once load the same twice, which does no harm.
  private volatile Optional<Directory> directory = Optional.empty();

  FieldIndex(SecondaryStream.Reader stream, FieldEntry entry) {
    this.stream = stream;
    this.entry = entry;
  }

  /// Whether it has keys for values of this kind.
  public boolean isFor(FieldValue value) {
    return FieldKeys.isOfType(entry.field().type(), value);
  }

  FilterableField field() {
    return entry.field();
  }

  public FilterableField.Type type() {
    return entry.field().type();
  }

  /// The rows where the field exists.
  public RoaringBitmap existing() {
    return bitmap(entry.existing());
  }

  /// The rows with a value that it is not for.
  public RoaringBitmap otherTypes() {
    return bitmap(entry.otherTypes());
  }

  /// The rows with a value that it is for and could not take up.
  public RoaringBitmap withoutKey() {
    return bitmap(entry.withoutKey());
  }

  private RoaringBitmap bitmap(Run run) {
    return SecondaryIndex.sound(stream, run, () -> stream.readBitmap(run));
  }

  /// Adds the rows with this value, but for those [#withoutKey].
  ///
  /// @param value [#isFor] which it is
  public void addEqual(FieldValue value, RoaringBitmap rows) {
    byte[] key = FieldKeys.key(value);
    int number = directory().lastBlockFrom(key);
    if (number >= 0) {
      runIn(number, key).ifPresent(run -> add(rows, run));
    }
  }

  /// Where the rows of a key are, without a look at those that follow it in its block.
  private Optional<Run> runIn(int number, byte[] key) {
    var keys = directory();
    var place = keys.blocks[number];
    return SecondaryIndex.sound(
        stream, place, () -> Block.find(stream.read(place), keys.keysOfBlock(number), key));
  }

  /// Adds the rows with a value from `lower` on, where there is one, and below `upper`, but for
  /// those [#withoutKey].
  public void addRange(Optional<End> lower, Optional<End> upper, RoaringBitmap rows) {
    var keys = directory();
    int next = lower.map(this::ordinal).orElse(0);
    int end = upper.map(this::ordinal).orElse(keys.keyCount);
    while (next < end) {
      int level = keys.widestNode(next, end);
      if (level == 0) {
        next = addKeys(next, end, rows);
      } else {
        add(rows, keys.node(level, next));
        next = Math.min(keys.keyCount, next + keys.span(level));
      }
    }
  }

  /// A place between keys: before those that equal `value`, or after them.
  public record End(FieldValue value, boolean after) {}

  private int ordinal(End end) {
    byte[] key = FieldKeys.key(end.value);
    // The shortest key that follows is this one with a zero.
    return lowerBound(end.after ? Arrays.copyOf(key, key.length + 1) : key);
  }

  /// Adds the rows of single keys from `from` on, to the end of its block at most.
  ///
  /// @return the key after the last of them
  private int addKeys(int from, int end, RoaringBitmap rows) {
    int blockNumber = from / SecondaryFormat.FANOUT;
    int blockEnd = Math.min(end, (blockNumber + 1) * SecondaryFormat.FANOUT);
    var block = block(blockNumber);
    for (int ordinal = from; ordinal < blockEnd; ordinal++) {
      add(rows, block.rows[ordinal % SecondaryFormat.FANOUT]);
    }
    return blockEnd;
  }

  private void add(RoaringBitmap rows, Run run) {
    var _ =
        SecondaryIndex.sound(
            stream,
            run,
            () -> {
              stream.addTo(rows, run);
              return rows;
            });
  }

  /// The ordinal of the first key that is not less, the number of keys if there is none.
  private int lowerBound(byte[] key) {
    var keys = directory();
    int blockNumber = keys.lastBlockFrom(key);
    if (blockNumber < 0) {
      return 0;
    }
    var block = block(blockNumber);
    int index = Arrays.binarySearch(block.keys, key, Arrays::compareUnsigned);
    return blockNumber * SecondaryFormat.FANOUT + (index >= 0 ? index : -index - 1);
  }

  Block block(int number) {
    var keys = directory();
    var place = keys.blocks[number];
    return SecondaryIndex.sound(
        stream, place, () -> Block.decode(stream.read(place), keys.keysOfBlock(number)));
  }

  private Directory directory() {
    var loaded = directory;
    if (loaded.isEmpty()) {
      var place = entry.directory();
      loaded =
          Optional.of(
              SecondaryIndex.sound(stream, place, () -> Directory.decode(stream.read(place))));
      directory = loaded;
    }
    return loaded.get();
  }

  // --- for who looks at all of it

  FieldEntry entry() {
    return entry;
  }

  int blockCount() {
    return directory().blocks.length;
  }

  /// As the directory has it.
  byte[] firstKey(int block) {
    return directory().firstKeys[block];
  }

  /// The nodes of each level, those right above the blocks first.
  List<Run[]> levels() {
    return List.of(directory().levels);
  }

  RoaringBitmap rows(Run run) {
    var rows = new RoaringBitmap();
    add(rows, run);
    return rows;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Block(byte[][] keys, Run[] rows) {
    static Optional<Run> find(byte[] encoded, int keyCount, byte[] wanted) {
      var buffer = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
      for (int index = 0; index < keyCount; index++) {
        int runOffset = buffer.position();
        int keyBytes = Short.toUnsignedInt(buffer.getShort(runOffset + SecondaryFormat.RUN_BYTES));
        int keyOffset = runOffset + SecondaryFormat.RUN_BYTES + Short.BYTES;
        int order =
            Arrays.compareUnsigned(
                encoded, keyOffset, keyOffset + keyBytes, wanted, 0, wanted.length);
        if (order >= 0) {
          return order == 0 ? Optional.of(Run.from(buffer)) : Optional.empty();
        }
        buffer.position(keyOffset + keyBytes);
      }
      return Optional.empty();
    }

    static Block decode(byte[] encoded, int keyCount) {
      var buffer = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
      var keys = new byte[keyCount][];
      var rows = new Run[keyCount];
      for (int index = 0; index < keyCount; index++) {
        rows[index] = Run.from(buffer);
        keys[index] = new byte[Short.toUnsignedInt(buffer.getShort())];
        buffer.get(keys[index]);
      }
      return new Block(keys, rows);
    }
  }

  /// The blocks of a field and the levels above them.
  ///
  /// @param levels the nodes of level 1 at index 0, and so on
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Directory(int keyCount, Run[] blocks, byte[][] firstKeys, Run[][] levels) {
    static Directory decode(byte[] encoded) {
      var buffer = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
      int keyCount = buffer.getInt();
      // A block takes several bytes here, so a number that is out of all proportion shows.
      if (keyCount < 0 || keyCount / SecondaryFormat.FANOUT > encoded.length) {
        throw new IllegalArgumentException("number of keys");
      }
      int blockCount = SecondaryFormat.grouped(keyCount);
      var blocks = new Run[blockCount];
      var firstKeys = new byte[blockCount][];
      for (int block = 0; block < blockCount; block++) {
        blocks[block] = Run.from(buffer);
        firstKeys[block] = new byte[Short.toUnsignedInt(buffer.getShort())];
        buffer.get(firstKeys[block]);
      }
      var levels = new Run[0][];
      int nodeCount = blockCount;
      do {
        levels = Arrays.copyOf(levels, levels.length + 1);
        levels[levels.length - 1] = nodes(buffer, nodeCount);
        nodeCount = SecondaryFormat.grouped(nodeCount);
      } while (levels[levels.length - 1].length > SecondaryFormat.FANOUT);
      return new Directory(keyCount, blocks, firstKeys, levels);
    }

    private static Run[] nodes(ByteBuffer buffer, int count) {
      var nodes = new Run[count];
      for (int node = 0; node < count; node++) {
        nodes[node] = Run.from(buffer);
      }
      return nodes;
    }

    int keysOfBlock(int block) {
      return Math.min(SecondaryFormat.FANOUT, keyCount - block * SecondaryFormat.FANOUT);
    }

    /// The last block whose first key is not above `key`, −1 if there is none.
    int lastBlockFrom(byte[] key) {
      int index = Arrays.binarySearch(firstKeys, key, Arrays::compareUnsigned);
      return index >= 0 ? index : -index - 2;
    }

    /// How many keys a node of a level stands for; the last one perhaps for fewer.
    int span(int level) {
      int span = 1;
      for (int below = 0; below < level; below++) {
        span *= SecondaryFormat.FANOUT;
      }
      return span;
    }

    /// The highest level with a node that begins with key `from` and does not reach beyond `end`, 0
    /// if there is none.
    int widestNode(int from, int end) {
      for (int level = levels.length; level > 0; level--) {
        int span = span(level);
        boolean fits = (long) from + span <= end || end == keyCount;
        if (from % span == 0 && fits) {
          return level;
        }
      }
      return 0;
    }

    Run node(int level, int firstKey) {
      return levels[level - 1][firstKey / span(level)];
    }
  }
}
