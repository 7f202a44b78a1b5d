package io.quiverdb.bench.search;

import io.quiverdb.core.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// What is searched. Files are looked for in the folder that `QUIVER_DATASETS` names; where they
/// are not, vectors are drawn in their stead, and the name of the rows says so.
enum DataSet {
  /// Sentence embeddings.
  WORDNET(50_000, 384, Metric.COSINE) {
    @Override
    Optional<Rows> read(Path folder, int rows, int queries) throws IOException {
      var files = folder.resolve("wordnet-minilm");
      return Files.isDirectory(files)
          ? Optional.of(WordNet.read(files, rows, queries))
          : Optional.empty();
    }
  },

  /// Pictures of digits.
  MNIST(9_000, 784, Metric.L2_SQUARED) {
    @Override
    Optional<Rows> read(Path folder, int rows, int queries) throws IOException {
      var file = folder.resolve("mnist-t10k-images-idx3-ubyte.gz");
      return Files.exists(file) ? Optional.of(Mnist.read(file, rows, queries)) : Optional.empty();
    }
  },

  /// One-line descriptions, hashed.
  PACKAGES(29_000, 256, Metric.COSINE) {
    @Override
    Optional<Rows> read(Path folder, int rows, int queries) throws IOException {
      var file = folder.resolve("packages.jsonl.gz");
      return Files.exists(file)
          ? Optional.of(Packages.read(file, rows, queries))
          : Optional.empty();
    }
  },

  DRAWN(100_000, 128, Metric.L2_SQUARED),

  /// Takes a quarter of an hour and ten gigabytes of memory: measured only where it is asked for.
  MILLION(1_000_000, 128, Metric.L2_SQUARED);

  private static final int QUERIES = 1000;
  private static final int QUICK_ROWS_MAX = 12_000;
  private static final int QUICK_QUERIES = 200;

  private final int rows;
  private final int dimension;
  private final Metric metric;

  DataSet(int rows, int dimension, Metric metric) {
    this.rows = rows;
    this.dimension = dimension;
    this.metric = metric;
  }

  boolean isMeasuredUnasked() {
    return this != MILLION;
  }

  /// Of each process that has the rows, for the JVM.
  String heapOption() {
    return this == MILLION ? "-Xmx5g" : "-Xmx2g";
  }

  /// @param quick takes some of the rows
  Rows load(boolean quick) throws IOException {
    int rowsWanted = quick ? Math.min(rows, QUICK_ROWS_MAX) : rows;
    int queriesWanted = quick ? QUICK_QUERIES : QUERIES;
    var folder = Optional.ofNullable(System.getenv("QUIVER_DATASETS")).map(Path::of);
    if (folder.isPresent()) {
      var read = read(folder.get(), rowsWanted, queriesWanted);
      if (read.isPresent()) {
        return read.get();
      }
    }
    return new Drawn(dimension, metric).rows(rowsWanted, queriesWanted);
  }

  /// Empty if the files are not there.
  Optional<Rows> read(Path folder, int rows, int queries) throws IOException {
    return Optional.empty();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
