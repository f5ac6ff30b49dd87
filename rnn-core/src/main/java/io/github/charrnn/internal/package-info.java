/**
 * What the front door stands on. Nothing here is API; the module does not export it.
 *
 * <ul>
 *   <li>A step: {@link io.github.charrnn.internal.Streams} cuts the text, {@link
 *       io.github.charrnn.internal.Window} goes forward and backward through one window of it,
 *       {@link io.github.charrnn.internal.Update} changes the {@link
 *       io.github.charrnn.internal.Parameters}.
 *   <li>Threads: a {@link io.github.charrnn.internal.Crew} owns them, {@link
 *       io.github.charrnn.internal.Split} says who computes what of a window, {@link
 *       io.github.charrnn.internal.Pace} whether they pay at present.
 *   <li>Texts that are only read: {@link io.github.charrnn.internal.SideBySide} has many at a time,
 *       {@link io.github.charrnn.internal.Relay} a long one.
 *   <li>A file: {@link io.github.charrnn.internal.Fields} is the table of what its metadata say,
 *       {@link io.github.charrnn.internal.Header} holds it, {@link
 *       io.github.charrnn.internal.ModelFile} and {@link io.github.charrnn.internal.CheckpointFile}
 *       read and write the whole, {@link io.github.charrnn.internal.Safetensors} the container,
 *       {@link io.github.charrnn.internal.SafeFile} replaces it.
 * </ul>
 */
package io.github.charrnn.internal;
