package io.quiverdb.raft.membership;

import io.quiverdb.core.storage.AtomicFile;
import io.quiverdb.core.storage.Storage;
import io.quiverdb.raft.Claim;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// The file that holds a node's claim, without the catalogue key ([NodeKeys]). After a crash it
/// holds the old claim or the new one.
public final class ClaimFile {
  public static final String NAME = "claim";

  private final Storage storage;

  /// @param storage of the node's data directory
  public ClaimFile(Storage storage) {
    this.storage = storage;
  }

  /// @throws io.quiverdb.core.CorruptFileException if the file does not hold what was written to it
  public Optional<Claim> read() throws IOException {
    if (!storage.exists(NAME)) {
      return Optional.empty();
    }
    var file = storage.open(NAME);
    return Optional.of(ClaimFormat.read(file.path(), file.bytes().toArray(ValueLayout.JAVA_BYTE)));
  }

  /// Durable when it returns.
  public void write(Claim claim) throws IOException {
    byte[] content = ClaimFormat.write(claim);
    assert ClaimFormat.read(NAME, content).equals(claim.withoutKey()) : claim;
    AtomicFile.replace(storage, "", NAME, content);
  }
}
