package io.quiverdb.node.peer;

import io.quiverdb.core.Damage;
import io.quiverdb.core.IndexDigest;
import io.quiverdb.core.StateHash;
import io.quiverdb.core.Verification;
import io.quiverdb.node.peer.proto.VerifyFilesResponse;
import io.quiverdb.node.peer.proto.VerifyFilesResponse.FileDamage;
import java.util.Optional;
import java.util.OptionalLong;

/// What a replica found in its files, as a message.
final class VerificationMessages {
  private VerificationMessages() {}

  static VerifyFilesResponse message(Verification verification) {
    var message =
        VerifyFilesResponse.newBuilder()
            .setManifestVersion(verification.manifestVersion())
            .setPosition(PeerMessages.position(verification.position()))
            .setFiles(verification.fileCount())
            .setBytes(verification.byteCount())
            .setRows(verification.rowCount())
            .addAllDamages(
                verification.damages().stream().map(VerificationMessages::message).toList())
            .setDamageCount(verification.damageCount())
            .setIndex(PeerMessages.coverage(verification.index()))
            .addAllIndexes(
                verification.indexes().stream().map(VerificationMessages::message).toList());
    verification.stateHash().ifPresent(hash -> message.setStateHash(CatalogMessages.hash(hash)));
    return message.build();
  }

  private static FileDamage message(Damage damage) {
    var message =
        FileDamage.newBuilder()
            .setFile(damage.file())
            .setOffset(damage.offset())
            .setWhat(damage.what())
            .setExpected(damage.expected())
            .setFound(damage.found());
    damage.page().ifPresent(message::setPage);
    return message.build();
  }

  private static VerifyFilesResponse.IndexDigest message(IndexDigest digest) {
    var message =
        VerifyFilesResponse.IndexDigest.newBuilder()
            .setCollectionId(digest.collectionId())
            .setName(digest.name())
            .setFile(digest.file())
            .setBytes(digest.bytes())
            .setSha256(digest.sha256());
    digest.segmentId().ifPresent(message::setSegmentId);
    return message.build();
  }

  private static IndexDigest digest(VerifyFilesResponse.IndexDigest message) {
    return new IndexDigest(
        message.getCollectionId(),
        message.hasSegmentId() ? OptionalLong.of(message.getSegmentId()) : OptionalLong.empty(),
        message.getName(),
        message.getFile(),
        message.getBytes(),
        message.getSha256());
  }

  static Verification verification(VerifyFilesResponse message) {
    Optional<StateHash> hash =
        message.hasStateHash()
            ? Optional.of(CatalogMessages.hash(message.getStateHash()))
            : Optional.empty();
    return new Verification(
        message.getManifestVersion(),
        PeerMessages.position(message.getPosition()),
        message.getFiles(),
        message.getBytes(),
        message.getRows(),
        hash,
        message.getDamagesList().stream().map(VerificationMessages::damage).toList(),
        message.getDamageCount(),
        PeerMessages.coverage(message.getIndex()),
        message.getIndexesList().stream().map(VerificationMessages::digest).toList());
  }

  private static Damage damage(FileDamage message) {
    return new Damage(
        message.getFile(),
        message.hasPage() ? OptionalLong.of(message.getPage()) : OptionalLong.empty(),
        message.getOffset(),
        message.getWhat(),
        message.getExpected(),
        message.getFound());
  }
}
