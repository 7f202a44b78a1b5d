package io.quiverdb.cli;

import io.quiverdb.client.QuiverClient;
import io.quiverdb.client.SessionToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Option;

/// A session that goes on from one command to the next.
class SessionFile {
  @Option(
      names = "--session",
      paramLabel = "FILE",
      description =
          "Keeps in a file what was seen and written, for reads of the commands to come that are"
              + " given the same file: they see at least that, from whichever replica.")
  private Optional<Path> file = Optional.empty();

  boolean isGiven() {
    return file.isPresent();
  }

  /// Runs a command as part of the session.
  ///
  /// @throws IllegalArgumentException if the file holds no token
  int run(QuiverClient quiver, ToIntFunction<QuiverClient> command) {
    try {
      if (file.isPresent() && Files.exists(file.get())) {
        var token = new SessionToken(Files.readString(file.get()).strip());
        var _ = quiver.session().withToken(token);
      }
      int code = command.applyAsInt(quiver);
      if (file.isPresent()) {
        Files.writeString(file.get(), quiver.session().token() + "\n");
      }
      return code;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
