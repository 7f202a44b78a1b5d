package io.quiverdb.bench.search;

import io.quiverdb.bench.Folder;
import java.io.IOException;
import java.util.Optional;
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

  private final Folder folder;
  private final FSDirectory directory;
  private final DirectoryReader reader;
  private final IndexSearcher searcher;
  private final int[] rows;

  LuceneRows(Folder folder, Embeddings embeddings) throws IOException {
    this.folder = folder;
    this.directory = FSDirectory.open(folder.path());
    write(embeddings);
    this.reader = DirectoryReader.open(directory);
    this.searcher = new IndexSearcher(reader);
    searcher.setQueryCache(null);
    this.rows = new int[reader.maxDoc()];
    var values = reader.leaves().getFirst().reader().getNumericDocValues(ROW);
    for (int document = 0; document < rows.length; document++) {
      boolean _ = values.advanceExact(document);
      rows[document] = (int) values.longValue();
    }
  }

  private void write(Embeddings embeddings) throws IOException {
    var config = new IndexWriterConfig().setRAMBufferSizeMB(1024);
    try (var writer = new IndexWriter(directory, config)) {
      for (int row = 0; row < embeddings.base().length; row++) {
        var document = new Document();
        document.add(
            new KnnFloatVectorField(
                VECTOR, embeddings.base()[row], VectorSimilarityFunction.DOT_PRODUCT));
        document.add(new NumericDocValuesField(ROW, row));
        document.add(new StringField("part", embeddings.parts().get(row), Field.Store.NO));
        document.add(new StringField("topic", embeddings.topics().get(row), Field.Store.NO));
        long _ = writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
  }

  @Override
  public int[] nearest(float[] query, int k, int ef, Optional<Filter> filter) throws IOException {
    var condition =
        filter.map(wanted -> new TermQuery(new Term(wanted.field(), wanted.value()))).orElse(null);
    var asked = new KnnFloatVectorQuery(VECTOR, query, ef, condition);
    var found = searcher.search(asked, k).scoreDocs;
    var nearest = new int[found.length];
    for (int index = 0; index < nearest.length; index++) {
      nearest[index] = rows[found[index].doc];
    }
    return nearest;
  }

  @Override
  public void close() throws IOException {
    reader.close();
    directory.close();
    folder.close();
  }
}
