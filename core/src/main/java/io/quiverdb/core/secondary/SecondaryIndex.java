package io.quiverdb.core.secondary;

import io.quiverdb.core.CorruptFileException;
import io.quiverdb.core.Settings.FilterableField;
import io.quiverdb.core.StoreException;
import io.quiverdb.core.format.PageFile;
import io.quiverdb.core.secondary.SecondaryFormat.FieldEntry;
import io.quiverdb.core.secondary.SecondaryFormat.Run;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// A segment's secondary indexes, read from its `.sec` file as they are asked for; their tables and
/// directories stay in memory from then on. Used by any number of threads.
///
/// All methods throw [CorruptFileException] where the file does not hold what was written.
public final class SecondaryIndex {
  private final SecondaryStream.Reader stream;

  /// By path. Threads that load at once load the same twice, which does no harm.
  private volatile Optional<Map<String, FieldIndex>> fields = Optional.empty();

  /// @param file the `.sec` file
  /// @param bodyBytes of a whole page of it
  public SecondaryIndex(PageFile file, int bodyBytes) {
    this.stream = new SecondaryStream.Reader(file, bodyBytes);
  }

  /// The index of a field, empty if the segment has none: the field was not filterable when it was
  /// written.
  public Optional<FieldIndex> field(String path) {
    return Optional.ofNullable(loaded().get(path));
  }

  /// The fields that were filterable when it was written.
  public Set<FilterableField> indexedFields() {
    return loaded().values().stream()
        .map(FieldIndex::field)
        .collect(Collectors.toUnmodifiableSet());
  }

  /// Of all fields that it has.
  Collection<FieldIndex> fields() {
    return loaded().values();
  }

  /// The file's.
  String path() {
    return stream.path();
  }

  /// Takes what is cached of it out of the cache: nobody reads it any more.
  public void forget() {
    stream.forget();
  }

  private Map<String, FieldIndex> loaded() {
    var loaded = fields;
    if (loaded.isEmpty()) {
      loaded = Optional.of(sound(stream.path(), 0, this::load));
      fields = loaded;
    }
    return loaded.get();
  }

  private Map<String, FieldIndex> load() {
    long trailerPosition = stream.length() - SecondaryFormat.TRAILER_BYTES;
    var trailer = stream.read(new Run(trailerPosition, SecondaryFormat.TRAILER_BYTES));
    var table = Run.from(ByteBuffer.wrap(trailer).order(ByteOrder.LITTLE_ENDIAN));
    Map<String, FieldIndex> loaded = new HashMap<>();
    for (FieldEntry entry : SecondaryFormat.decodeTable(stream.read(table))) {
      var before = loaded.put(entry.field().path(), new FieldIndex(stream, entry));
      if (before != null) {
        throw new IllegalArgumentException("field twice");
      }
    }
    return loaded;
  }

  /// What is read here was verified page by page; that it makes no sense nonetheless is damage all
  /// the same.
  static <T> T sound(String path, long position, Supplier<T> read) {
    try {
      return read.get();
    } catch (StoreException e) {
      throw e;
    } catch (RuntimeException e) {
      throw corrupt(path, position, e);
    }
  }

  static CorruptFileException corrupt(String path, long position, Exception e) {
    return new CorruptFileException(
        path, position, "secondary index", "as it was written", e.getClass().getSimpleName());
  }

  /// Reads that may also fail as deserialising does.
  interface Read<T> {
    T read() throws IOException;
  }

  static <T> T sound(SecondaryStream.Reader stream, Run run, Read<T> read) {
    return sound(
        stream.path(),
        run.position(),
        () -> {
          try {
            return read.read();
          } catch (IOException e) {
            throw corrupt(stream.path(), run.position(), e);
          }
        });
  }
}
