package io.github.charrnn.internal.kernel;

import io.github.charrnn.internal.Parameters;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.BiFunction;

/** Kernels whose every call a test sees before it is made: to look, to be late, or to fail. */
public final class Intercepted {
  /** What is done before a call; the kernel does the rest. */
  public interface Before {
    /**
     * Is called in the thread of the member whose kernel it is.
     *
     * @param member counted in the order in which kernels are made
     * @param method of {@link Kernel}
     */
    void call(int member, String method, Object[] arguments);
  }

  private Intercepted() {}

  /** For {@link io.github.charrnn.internal.Window#use}: what Kernels loads, and this before it. */
  public static BiFunction<Shape, Parameters, Weights> kernels(Before before) {
    return (shape, parameters) -> {
      Weights weights = Kernels.load(shape, parameters);
      int[] count = {0};
      return proxy(
          Weights.class,
          (proxy, method, arguments) -> {
            Object result = invoke(weights, method, arguments);
            if (!(result instanceof Kernel kernel)) {
              return result;
            }
            int member = count[0]++;
            return proxy(
                Kernel.class,
                (self, called, with) -> {
                  before.call(member, called.getName(), with);
                  return invoke(kernel, called, with);
                });
          });
    };
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    ClassLoader loader = Intercepted.class.getClassLoader();
    return type.cast(Proxy.newProxyInstance(loader, new Class<?>[] {type}, handler));
  }

  private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }
}
