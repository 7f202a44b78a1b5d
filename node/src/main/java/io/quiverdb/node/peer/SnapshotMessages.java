package io.quiverdb.node.peer;

import io.quiverdb.node.peer.proto.OpenSnapshotResponse;
import io.quiverdb.raft.snapshot.SnapshotOffer;
import io.quiverdb.raft.snapshot.SnapshotOffer.OfferedFile;

/// Snapshots that nodes offer each other, as messages and back.
final class SnapshotMessages {
  private SnapshotMessages() {}

  static OpenSnapshotResponse offer(SnapshotOffer offer) {
    var message =
        OpenSnapshotResponse.newBuilder()
            .setLease(PeerMessages.bytes(offer.lease()))
            .setPosition(PeerMessages.position(offer.position()))
            .setConfiguration(offer.configuration());
    for (var file : offer.files()) {
      message.addFiles(
          OpenSnapshotResponse.File.newBuilder()
              .setName(file.name())
              .setBytes(file.bytes())
              .setSha256(file.sha256()));
    }
    return message.build();
  }

  /// @throws IllegalArgumentException if it is none
  static SnapshotOffer offer(OpenSnapshotResponse message) {
    return new SnapshotOffer(
        PeerMessages.uuid(message.getLease()),
        PeerMessages.position(message.getPosition()),
        message.getConfiguration(),
        message.getFilesList().stream()
            .map(file -> new OfferedFile(file.getName(), file.getBytes(), file.getSha256()))
            .toList());
  }
}
