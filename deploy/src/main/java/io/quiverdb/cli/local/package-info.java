/// A cluster of nodes on this machine, each a process of its own that can be killed and started
/// again. Entry type: [LocalCluster].
@NullMarked
package io.quiverdb.cli.local;

import org.jspecify.annotations.NullMarked;
