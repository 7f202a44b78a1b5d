package io.quiverdb.core.engine;

import io.quiverdb.core.Verification;
import io.quiverdb.core.checkpoint.Findings;
import io.quiverdb.core.crypto.PageCodec;
import io.quiverdb.core.log.LogWalk;
import io.quiverdb.core.storage.Storage;
import java.io.IOException;
import java.util.List;

/// Verifies the log of a stand-alone store, beside its checkpoint.
final class LogVerification implements AutoCloseable {
  private final Findings findings = new Findings();
  private final LogWalk log;

  private LogVerification(Storage storage, PageCodec catalog) throws IOException {
    this.log = LogWalk.open(storage, catalog, findings::add);
  }

  /// Of the files as they are now.
  static LogVerification open(Storage storage, PageCodec catalog) throws IOException {
    return new LogVerification(storage, catalog);
  }

  /// Reads what the checkpoint does not hold, and adds what is found to what was found there.
  Verification verify(Verification checkpoint) throws IOException {
    boolean _ =
        findings.complete("wal", () -> log.run(checkpoint.position().next().index(), (_, _) -> {}));
    return checkpoint.withLog(
        log.fileCount(), log.byteCount(), List.copyOf(findings.damages()), findings.damageCount());
  }

  @Override
  public void close() {
    log.close();
  }
}
