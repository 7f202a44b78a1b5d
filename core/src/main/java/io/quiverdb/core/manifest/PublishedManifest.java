package io.quiverdb.core.manifest;

import io.quiverdb.core.segment.SegmentFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A manifest that is or was the live one, and where the files lie that it names.
///
/// @param path of the manifest itself
public record PublishedManifest(long generation, String path, Manifest manifest) {
  public String collectionDirectory(long collectionId) {
    return StoreLayout.collection(generation, collectionId);
  }

  public Optional<String> window() {
    return manifest.hasWindow()
        ? Optional.of(StoreLayout.window(generation, manifest.getWindow().getVersion()))
        : Optional.empty();
  }

  /// The paths of all files that make it up, its own first.
  public List<String> files() {
    List<String> files = new ArrayList<>();
    files.add(path);
    window().ifPresent(files::add);
    for (var collection : manifest.getCollectionsList()) {
      String directory = collectionDirectory(collection.getId()) + "/";
      for (var segment : collection.getSegmentsList()) {
        SegmentFiles.names(segment.getId()).forEach(name -> files.add(directory + name));
        if (segment.hasDeadRowsVersion()) {
          files.add(
              directory + SegmentFiles.deadRowsName(segment.getId(), segment.getDeadRowsVersion()));
        }
      }
    }
    return files;
  }
}
