/**
 * What the front door stands on. Nothing here is API; the module does not export it.
 *
 * <ul>
 *   <li>A step: {@link io.github.charrnn.internal.Streams} cuts the text, {@link
 *       io.github.charrnn.internal.Window} goes forward and backward through one window of it,
 *       {@link io.github.charrnn.internal.Update} changes the {@link
 *       io.github.charrnn.internal.Parameters}.
 *   <li>A file: {@link io.github.charrnn.internal.Fields} is the table of what its metadata say,
 *       {@link io.github.charrnn.internal.Header} holds it, {@link
 *       io.github.charrnn.internal.ModelFile} and {@link io.github.charrnn.internal.CheckpointFile}
 *       read and write the whole, {@link io.github.charrnn.internal.Safetensors} the container,
 *       {@link io.github.charrnn.internal.SafeFile} replaces it.
 * </ul>
 */
package io.github.charrnn.internal;
