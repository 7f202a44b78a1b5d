package io.quiverdb.raft;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// A replicated state for tests: an entry is a name, and counts it. Its checkpoint is one file.
final class CountingState implements ReplicatedState {
  private final Path file;
  private final List<Long> appliedIndexes = new CopyOnWriteArrayList<>();
  private volatile Content content = new Content(TermIndex.NONE, Map.of());
  private volatile TermIndex durable = TermIndex.NONE;
  private volatile Optional<String> poison = Optional.empty();

  private record Content(TermIndex place, Map<String, Long> counts) {}

  CountingState(Path file) {
    this.file = file;
    if (Files.exists(file)) {
      load();
    }
  }

  /// Applying this name fails.
  void poison(String name) {
    poison = Optional.of(name);
  }

  long count(String name) {
    return content.counts().getOrDefault(name, 0L);
  }

  Set<String> names() {
    return content.counts().keySet();
  }

  long total() {
    return content.counts().values().stream().mapToLong(Long::longValue).sum();
  }

  /// Of the entries applied since this object was made, in order.
  List<Long> appliedIndexes() {
    return List.copyOf(appliedIndexes);
  }

  @Override
  public ByteBuffer apply(long term, long index, ByteBuffer entry) {
    String name = StandardCharsets.UTF_8.decode(entry).toString();
    if (poison.filter(name::equals).isPresent()) {
      throw new IllegalStateException("poison");
    }
    var next = new HashMap<>(content.counts());
    long count = next.merge(name, 1L, Long::sum);
    content = new Content(new TermIndex(term, index), next);
    appliedIndexes.add(index);
    return StandardCharsets.UTF_8.encode(Long.toString(count));
  }

  @Override
  public void advance(long term, long index) {
    content = new Content(new TermIndex(term, index), content.counts());
  }

  @Override
  public TermIndex durable() {
    return durable;
  }

  @Override
  public TermIndex applied() {
    return content.place();
  }

  /// Takes the checkpoint of another member for its own.
  void install(CountingState other) {
    try {
      Files.copy(other.file, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    load();
  }

  void checkpoint() {
    var written = content;
    List<String> lines =
        new ArrayList<>(List.of(written.place().term() + " " + written.place().index()));
    written.counts().forEach((name, count) -> lines.add(name + " " + count));
    try {
      Files.createDirectories(file.getParent());
      Files.write(file, lines);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    durable = written.place();
  }

  private void load() {
    try {
      List<String> lines = Files.readAllLines(file);
      Map<String, Long> counts = new HashMap<>();
      for (String line : lines.subList(1, lines.size())) {
        counts.put(before(line), Long.parseLong(after(line)));
      }
      String place = lines.getFirst();
      durable = new TermIndex(Long.parseLong(before(place)), Long.parseLong(after(place)));
      content = new Content(durable, counts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String before(String line) {
    return line.substring(0, line.indexOf(' '));
  }

  private static String after(String line) {
    return line.substring(line.indexOf(' ') + 1);
  }
}
