/// Looks over the machine that a node is to run on. Entry type: [Doctor].
@NullMarked
package io.quiverdb.node.doctor;

import org.jspecify.annotations.NullMarked;
