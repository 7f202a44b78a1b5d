package io.quiverdb.bench.search;

import io.quiverdb.bench.Folder;
import java.io.IOException;

/// Who searches.
enum Searcher {
  QUIVER("quiver, encrypted") {
    @Override
    Searched build(Folder folder, Rows rows) {
      return new QuiverRows(folder, rows, 1);
    }
  },

  QUIVER_SEGMENTS("quiver, encrypted, " + Searcher.SEGMENTS + " segments") {
    @Override
    Searched build(Folder folder, Rows rows) {
      return new QuiverRows(folder, rows, SEGMENTS);
    }
  },

  LUCENE("Lucene IndexSearcher") {
    @Override
    Searched build(Folder folder, Rows rows) throws IOException {
      return new LuceneRows(folder, rows);
    }
  },

  LIBRARY("graph library alone") {
    @Override
    Searched build(Folder folder, Rows rows) throws IOException {
      folder.close(); // All is in memory.
      return new LibraryRows(rows);
    }
  };

  static final int SEGMENTS = 8;

  private final String title;

  Searcher(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }

  /// @param folder is the searcher's from now on
  abstract Searched build(Folder folder, Rows rows) throws IOException;
}
