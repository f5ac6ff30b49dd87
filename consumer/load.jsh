import io.github.charrnn.*
VanillaRnn rnn = VanillaRnn.load(java.nio.file.Path.of("target/app.safetensors"))
System.out.println(VanillaRnn.kernels())
System.out.println(Sampler.of(rnn).prime("the ").sample(20))
