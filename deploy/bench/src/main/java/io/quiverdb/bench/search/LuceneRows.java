package io.quiverdb.bench.search;

import io.quiverdb.bench.Folder;
import io.quiverdb.core.Metric;
import java.io.IOException;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.store.FSDirectory;

/// Lucene's index searcher over one segment, with its defaults.
final class LuceneRows implements Searched {
  private static final String VECTOR = "vector";
  private static final String ROW = "row";

  /// Enough for all rows of the largest set, so that their graph is built once.
  private static final double BUFFER_MEBIBYTES = 1900;

  private final Folder folder;
  private final FSDirectory directory;
  private final DirectoryReader reader;
  private final IndexSearcher searcher;
  private final int[] rows;
  private final long graphNanos;

  LuceneRows(Folder folder, Rows rows) throws IOException {
    this.folder = folder;
    this.directory = FSDirectory.open(folder.path());
    long begun = System.nanoTime();
    write(rows);
    this.graphNanos = System.nanoTime() - begun;
    this.reader = DirectoryReader.open(directory);
    this.searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
    this.rows = new int[reader.maxDoc()];
    var values = reader.leaves().getFirst().reader().getNumericDocValues(ROW);
    for (int document = 0; document < this.rows.length; document++) {
      boolean _ = values.advanceExact(document);
      this.rows[document] = (int) values.longValue();
    }
  }

  private void write(Rows rows) throws IOException {
    var config = new IndexWriterConfig().setRAMBufferSizeMB(BUFFER_MEBIBYTES);
    var similarity = similarity(rows.metric());
    try (var writer = new IndexWriter(directory, config)) {
      for (int row = 0; row < rows.count(); row++) {
        var document = new Document();
        document.add(new KnnFloatVectorField(VECTOR, rows.base()[row], similarity));
        document.add(new NumericDocValuesField(ROW, row));
        for (var category : rows.categories()) {
          document.add(
              new StringField(category.field(), category.values().get(row), Field.Store.NO));
        }
        long _ = writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
  }

  /// The fastest for vectors of length 1, where it is the cosine.
  static VectorSimilarityFunction similarity(Metric metric) {
    return metric == Metric.L2_SQUARED
        ? VectorSimilarityFunction.EUCLIDEAN
        : VectorSimilarityFunction.DOT_PRODUCT;
  }

  /// With all that is written beside it: a writer does both at once.
  @Override
  public long graphNanos() {
    return graphNanos;
  }

  @Override
  public int[] nearest(float[] query, Asked asked) throws IOException {
    var condition =
        asked
            .filter()
            .map(wanted -> new TermQuery(new Term(wanted.field(), wanted.value())))
            .orElse(null);
    var nearest = new KnnFloatVectorQuery(VECTOR, query, asked.ef().orElseThrow(), condition);
    var found = searcher.search(nearest, Asked.K).scoreDocs;
    var foundRows = new int[found.length];
    for (int index = 0; index < foundRows.length; index++) {
      foundRows[index] = rows[found[index].doc];
    }
    return foundRows;
  }

  @Override
  public void close() throws IOException {
    reader.close();
    directory.close();
    folder.close();
  }
}
