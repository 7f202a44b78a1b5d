package io.quiverdb.core.secondary;

import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.filter.FieldValue;
import io.quiverdb.core.filter.PayloadFields;
import io.quiverdb.core.format.PageWriter;
import io.quiverdb.core.secondary.SecondaryFormat.FieldEntry;
import io.quiverdb.core.secondary.SecondaryFormat.Run;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.roaringbitmap.RoaringBitmap;

/// Collects what the rows of a segment have at its filterable fields, and writes the segment's
/// `.sec` file.
///
/// Memory is bounded: beyond [#BYTES_MAX] of keys and rows, further values get no key, and whoever
/// asks for their field evaluates their rows' payloads.
public final class SecondaryIndexWriter {
  private static final long BYTES_MAX = 64L << 20;

  private final List<FieldRows> fields;
  private final PayloadFields payloadFields;
  private final long bytesMax;

  /// Of the row being read: a payload turns out not to be JSON at its end only.
  private final List<FoundValue> found = new ArrayList<>();

  public SecondaryIndexWriter(List<FilterableField> fields) {
    this(fields, BYTES_MAX);
  }

  SecondaryIndexWriter(List<FilterableField> fields, long bytesMax) {
    this.fields = fields.stream().map(FieldRows::new).toList();
    this.payloadFields = PayloadFields.of(fields.stream().map(FilterableField::path).toList());
    this.bytesMax = bytesMax;
  }

  /// @param row above that of the call before
  public void add(int row, MemorySegment payload) {
    found.clear();
    boolean json =
        payloadFields.read(payload, (field, value) -> found.add(new FoundValue(field, value)));
    if (!json) {
      return;
    }
    boolean roomForKeys =
        fields.stream().mapToLong(field -> field.keyRows.bytes()).sum() < bytesMax;
    for (var one : found) {
      fields.get(one.field).add(row, one.value, roomForKeys);
    }
  }

  private record FoundValue(int field, FieldValue value) {}

  /// Writes all that was added, once.
  public void write(PageWriter pages) throws IOException {
    var stream = new SecondaryStream.Writer(pages);
    var entries = new ArrayList<FieldEntry>();
    for (var field : fields) {
      entries.add(write(field, stream));
    }
    var table = stream.append(SecondaryFormat.encodeTable(entries));
    var trailer = ByteBuffer.allocate(SecondaryFormat.TRAILER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    table.putTo(trailer);
    var _ = stream.append(trailer.array());
    stream.end();
  }

  private static FieldEntry write(FieldRows field, SecondaryStream.Writer stream)
      throws IOException {
    var directory = new DirectoryWriter(field.keyRows, stream).write();
    return new FieldEntry(
        field.field,
        stream.append(field.existing),
        stream.append(field.otherTypes),
        stream.append(field.withoutKey),
        directory);
  }

  /// Writes blocks, unions and the directory of one field.
  private static final class DirectoryWriter {
    private final KeyRows keyRows;
    private final SecondaryStream.Writer stream;
    private final int[] pairs;

    /// The nodes of each level from 1 on, and the rows of the one being filled.
    private final List<List<Run>> levels = new ArrayList<>();

    private final List<RoaringBitmap> openNodes = new ArrayList<>();
    private final List<BlockEntry> blocks = new ArrayList<>();
    private final List<KeyEntry> block = new ArrayList<>();
    private int keyCount;

    DirectoryWriter(KeyRows keyRows, SecondaryStream.Writer stream) {
      this.keyRows = keyRows;
      this.stream = stream;
      this.pairs = keyRows.sorted();
      int nodes = SecondaryFormat.grouped(countKeys());
      addLevel();
      while (nodes > SecondaryFormat.FANOUT) {
        nodes = SecondaryFormat.grouped(nodes);
        addLevel();
      }
    }

    private int countKeys() {
      int keys = 0;
      for (int index = 0; index < pairs.length; index++) {
        if (index == 0 || keyRows.compareKeys(pairs[index - 1], pairs[index]) != 0) {
          keys++;
        }
      }
      return keys;
    }

    private void addLevel() {
      levels.add(new ArrayList<>());
      openNodes.add(new RoaringBitmap());
    }

    Run write() throws IOException {
      int from = 0;
      while (from < pairs.length) {
        int end = from + 1;
        while (end < pairs.length && keyRows.compareKeys(pairs[from], pairs[end]) == 0) {
          end++;
        }
        addKey(from, end);
        from = end;
      }
      if (!block.isEmpty()) {
        endBlock(true);
      }
      return stream.append(directory());
    }

    private void addKey(int from, int end) throws IOException {
      var rows = new RoaringBitmap();
      for (int index = from; index < end; index++) {
        rows.add(keyRows.row(pairs[index]));
      }
      openNodes.getFirst().or(rows);
      block.add(new KeyEntry(keyRows.key(pairs[from]), stream.appendRows(rows)));
      keyCount++;
      if (block.size() == SecondaryFormat.FANOUT) {
        endBlock(false);
      }
    }

    private void endBlock(boolean last) throws IOException {
      int bytes = 0;
      for (var entry : block) {
        bytes += SecondaryFormat.RUN_BYTES + Short.BYTES + entry.key.length;
      }
      var buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      for (var entry : block) {
        entry.rows.putTo(buffer);
        buffer.putShort((short) entry.key.length).put(entry.key);
      }
      blocks.add(new BlockEntry(stream.append(buffer.array()), block.getFirst().key));
      block.clear();
      endNode(0, last);
    }

    private void endNode(int level, boolean last) throws IOException {
      var rows = openNodes.get(level);
      levels.get(level).add(stream.appendRows(rows));
      openNodes.set(level, new RoaringBitmap());
      if (level + 1 < levels.size()) {
        openNodes.get(level + 1).or(rows);
        if (last || levels.get(level).size() % SecondaryFormat.FANOUT == 0) {
          endNode(level + 1, last);
        }
      }
    }

    private byte[] directory() throws IOException {
      endOpenNodes();
      int bytes = Integer.BYTES;
      for (var entry : blocks) {
        bytes += SecondaryFormat.RUN_BYTES + Short.BYTES + entry.firstKey.length;
      }
      for (var level : levels) {
        bytes += SecondaryFormat.RUN_BYTES * level.size();
      }
      var buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(keyCount);
      for (var entry : blocks) {
        entry.place.putTo(buffer);
        buffer.putShort((short) entry.firstKey.length).put(entry.firstKey);
      }
      for (var level : levels) {
        level.forEach(node -> node.putTo(buffer));
      }
      return buffer.array();
    }

    /// Where the keys ended with a whole block, nodes above it may still be open.
    private void endOpenNodes() throws IOException {
      for (int level = 1; level < levels.size(); level++) {
        if (!openNodes.get(level).isEmpty()) {
          endNode(level, false);
        }
      }
    }

    @SuppressWarnings("ArrayRecordComponent") // short-lived, never compared
    private record KeyEntry(byte[] key, Run rows) {}

    @SuppressWarnings("ArrayRecordComponent") // short-lived, never compared
    private record BlockEntry(Run place, byte[] firstKey) {}
  }
}
