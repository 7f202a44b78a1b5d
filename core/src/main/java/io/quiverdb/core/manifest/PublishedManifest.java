package io.quiverdb.core.manifest;

import io.quiverdb.core.segment.SegmentFiles;
import io.quiverdb.core.stream.StreamFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// A manifest that is or was the live one, and where the files lie that it names.
///
/// @param directory of the generation, or of second names for its files
/// @param name of the manifest itself, in that directory
public record PublishedManifest(String directory, String name, Manifest manifest) {
  public String path() {
    return directory + "/" + name;
  }

  /// The same, where its files have the same names in another directory.
  public PublishedManifest in(String otherDirectory) {
    return new PublishedManifest(otherDirectory, name, manifest);
  }

  public String collectionDirectory(long collectionId) {
    return StoreLayout.collection(directory, collectionId);
  }

  public Optional<String> window() {
    return manifest.hasWindow()
        ? Optional.of(StoreLayout.window(directory, manifest.getWindow().getVersion()))
        : Optional.empty();
  }

  /// Where a stream lies.
  ///
  /// @param segmentId empty if it belongs to the collection
  public String stream(long collectionId, OptionalLong segmentId, Manifest.IndexStream stream) {
    return collectionDirectory(collectionId)
        + "/"
        + StreamFiles.name(segmentId, stream.getVersion(), stream.getFileId());
  }

  public Optional<Manifest.Collection> collection(long collectionId) {
    return manifest.getCollectionsList().stream()
        .filter(collection -> collection.getId() == collectionId)
        .findFirst();
  }

  /// The paths of all files that make it up, its own first, and then in the order in which a
  /// verification reads them: whoever verifies them while they come waits for little. Of a segment
  /// the vectors are most of it, and the last.
  public List<String> files() {
    List<String> files = new ArrayList<>();
    files.add(path());
    window().ifPresent(files::add);
    for (var collection : manifest.getCollectionsList()) {
      String collectionDirectory = collectionDirectory(collection.getId()) + "/";
      for (var stream : collection.getIndexStreamsList()) {
        files.add(stream(collection.getId(), OptionalLong.empty(), stream));
      }
      for (var segment : collection.getSegmentsList()) {
        for (var stream : segment.getIndexStreamsList()) {
          files.add(stream(collection.getId(), OptionalLong.of(segment.getId()), stream));
        }
        var summary = ManifestStore.summary(segment);
        var names = new ArrayList<>(SegmentFiles.names(summary));
        if (segment.hasDeadRowsVersion()) {
          int behindSecondary = summary.hasSecondaryFile() ? 1 : 0;
          names.add(
              behindSecondary,
              SegmentFiles.deadRowsName(segment.getId(), segment.getDeadRowsVersion()));
        }
        names.forEach(file -> files.add(collectionDirectory + file));
      }
    }
    return files;
  }
}
