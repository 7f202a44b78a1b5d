/// The cluster under test: nodes as real processes, and the clients that are held to one of them.
/// Entry type: [TestCluster].
@NullMarked
package io.quiverdb.jepsen.cluster;

import org.jspecify.annotations.NullMarked;
