/// A disk that can fail, under a whole process: power cuts, errors, stalls, lies. For processes
/// that run on Linux; needs no rights. Entry type: [FaultFs].
///
/// Every write of the JVM to one tree of files is seen, whichever class of the JDK makes it, so
/// Ratis's log and vote and the engine's files alike; what is not forced yet is noted in a journal
/// beside the tree, which outlives a SIGKILL, and can be taken back afterwards.
///
/// ```java
/// var disk = new FaultFs(nodeFolder.resolve("data"), nodeFolder.resolve("disk-journal"));
/// Path agentJar = FaultFs.writeAgentJar(runFolder.resolve("fault-fs.jar"));
/// environment.put("QUIVER_JAVA_OPTIONS", String.join(" ", disk.jvmOptions(agentJar)));
/// // … the node runs …
/// disk.arm(Fault.eio(Operation.FORCE, "raft/**/log_*").from(3));  // strikes calls from now on
/// disk.arm(Fault.stall(Operation.FORCE, "**"));                   // instead of those before
/// disk.heal();
/// // … the node is killed …
/// PowerLossReport lost = disk.cutPower(Loss.JOURNALED, seed);
/// // … and started again
/// ```
///
/// **What is on the disk.** The bytes of a file up to its last successful force; a name once its
/// directory is forced, or, for [Loss.Names#TAIL], once anything is. A force that fails loses the
/// bytes for good, as Linux does it, though the process still reads them. A force that
/// [Fault#skipForce] skips returns, and nothing is on the disk. What a process leaves unforced when
/// it is killed is still at risk in its next life; the journal's folder must be kept with the tree.
///
/// **What is not seen**, and is written to [FaultFs#missed] where it happens: writes to a mapping,
/// asynchronous channels, directories that are moved out of the tree. Not noted at all: times and
/// permissions, native code, `SecureDirectoryStream`; and what is opened with `SYNC` or `rws`
/// counts as not forced. Neither the engine nor Ratis relies on any of it. Where directories are
/// never forced, names older than 512 MiB of deleted files count as being on the disk.
///
/// **Globs** are of paths below the tree: `wal/*`, `raft/**/log_*`, `**` for everything, the tree
/// itself is the empty path.
@NullMarked
package io.quiverdb.core.faultfs;

import org.jspecify.annotations.NullMarked;
