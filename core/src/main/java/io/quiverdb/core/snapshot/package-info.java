/// What leaves a store as a whole, and enters one. Entry types: [ReplicationSnapshot],
/// [SnapshotInstaller], [SnapshotRestorer].
@NullMarked
package io.quiverdb.core.snapshot;

import org.jspecify.annotations.NullMarked;
