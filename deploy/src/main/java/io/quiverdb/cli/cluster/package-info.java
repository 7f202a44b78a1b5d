/// Judges what nodes say of a cluster: whether it takes writes ([Readiness]), whether a node has
/// caught up ([CatchUp]), whether all replicas hold the same ([ReplicaVerification]).
@NullMarked
package io.quiverdb.cli.cluster;

import org.jspecify.annotations.NullMarked;
