package io.quiverdb.cli.demo;

import io.quiverdb.cli.dataset.HashEmbedder;
import io.quiverdb.cli.dataset.UnicodeName;
import io.quiverdb.cli.local.LocalClusterException;
import io.quiverdb.cli.transfer.BadRowException;
import io.quiverdb.cli.transfer.LoadFailedException;
import io.quiverdb.cli.transfer.PointLoader;
import io.quiverdb.client.Collection;
import io.quiverdb.client.Point;
import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.Schema;
import java.util.List;

/// Makes the demo's collection and fills it with the names of characters.
final class DataLoad {
  static final String COLLECTION = "unicode";
  private static final int BATCH_POINTS = 512;
  private static final int BATCHES_UNDER_WAY = 3;

  private final QuiverClient quiver;
  private final Narration narration;

  DataLoad(QuiverClient quiver, Narration narration) {
    this.quiver = quiver;
    this.narration = narration;
  }

  Collection load(List<UnicodeName> names) {
    var schema =
        Schema.cosine(HashEmbedder.DIMENSION)
            .keyword("script")
            .keyword("block")
            .keyword("category")
            .numeric("code_point");
    var collection = quiver.createCollection(COLLECTION, schema);
    try {
      fill(collection, names);
    } catch (LoadFailedException | BadRowException e) {
      var cause = e.getCause() == null ? e : e.getCause();
      throw new LocalClusterException("the data could not be loaded: " + cause.getMessage(), e);
    }
    return collection;
  }

  private void fill(Collection collection, List<UnicodeName> names)
      throws LoadFailedException, BadRowException {
    var embedder = new HashEmbedder();
    var loader =
        new PointLoader(
            collection.async()::upsert, BATCH_POINTS, BATCHES_UNDER_WAY, DataLoad::refused);
    try (var progress = narration.progress("load")) {
      for (int index = 0; index < names.size(); index++) {
        var name = names.get(index);
        var point = Point.of(name.id(), embedder.embed(name.name()));
        loader.add(point.payloadJson(name.payloadJson()), index);
        progress.update(loader.loaded(), (double) loader.loaded() / names.size());
      }
      loader.finish();
      progress.update(loader.loaded(), 1);
    }
  }

  private static void refused(long index, String message) throws BadRowException {
    throw new BadRowException("point " + index + ": " + message);
  }
}
