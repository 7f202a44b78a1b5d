package io.quiverdb.core.faultfs;

import io.quiverdb.core.faultfs.agent.Fault;
import io.quiverdb.core.faultfs.agent.JournalFolder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The disk of one process, as its harness sees it.
///
/// @param tree what the process writes to; made if it is missing
/// @param journal a folder of its own on the same file system, outside of the tree; kept from one
///   life of the process to the next
public record FaultFs(Path tree, Path journal) {
  public FaultFs {
    tree = tree.toAbsolutePath().normalize();
    journal = journal.toAbsolutePath().normalize();
    if (journal.startsWith(tree) || tree.startsWith(journal)) {
      throw new IllegalArgumentException(
          "journal: %s (expected: neither in %s nor around it)".formatted(journal, tree));
    }
  }

  /// Writes the jar that [#jvmOptions] names; one will do for any number of processes.
  public static Path writeAgentJar(Path jar) throws IOException {
    AgentJar.write(jar);
    return jar;
  }

  /// With these options a JVM has this disk. For `bin/quiver` they go into `QUIVER_JAVA_OPTIONS`,
  /// where no path may hold a blank.
  public List<String> jvmOptions(Path agentJar) {
    return List.of(
        "-javaagent:%s=%s%s%s"
            .formatted(agentJar.toAbsolutePath(), tree, File.pathSeparator, journal));
  }

  /// These faults, and no others, strike the calls that begin from now on; each counts its calls
  /// from now. The process may be running or not.
  public void arm(Fault... faults) throws IOException {
    Path control = folder().faults();
    Path written = control.resolveSibling("faults.tmp");
    Files.createDirectories(journal);
    Files.writeString(
        written,
        Stream.concat(Stream.of(UUID.randomUUID().toString()), Stream.of(faults).map(Fault::format))
            .collect(Collectors.joining("\n")));
    Files.move(written, control, StandardCopyOption.ATOMIC_MOVE);
  }

  /// No fault strikes any more; calls that stall go on.
  public void heal() throws IOException {
    Files.deleteIfExists(folder().faults());
  }

  /// The faults that have struck, each with the path, in order.
  public List<String> struck() throws IOException {
    return lines(folder().struck());
  }

  /// What the process has done to the tree that a power cut will not take back, since the agent
  /// cannot see it. A harness that relies on power cuts expects none.
  public List<String> missed() throws IOException {
    return lines(folder().missed());
  }

  private static List<String> lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  /// Takes what was not forced, of the life of the process that has ended, and of those before it
  /// since power was last cut.
  ///
  /// @param seed of which sectors and names are lost
  /// @throws IllegalStateException if it lives
  public PowerLossReport cutPower(Loss loss, long seed) throws IOException {
    return PowerLoss.strike(folder(), loss, seed);
  }

  /// Another disk, with nothing on it: to be called when the tree has been deleted. What is armed
  /// stays so.
  public void renew() throws IOException {
    if (!Files.isDirectory(journal)) {
      return;
    }
    var kept = List.of(journal, folder().tree(), folder().faults());
    try (var left = Files.walk(journal)) {
      for (var path : left.sorted(Comparator.reverseOrder()).toList()) {
        if (!kept.contains(path)) {
          Files.delete(path);
        }
      }
    }
  }

  private JournalFolder folder() {
    return new JournalFolder(journal);
  }
}
