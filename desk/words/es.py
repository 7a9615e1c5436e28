"""Spanish phrases: topics by queue (noun phrases), then the sentences they go into."""

CORE = {
    "billing": ("mi última factura; el importe facturado; un cargo sin explicar; el pago del mes; el periodo de facturación"),
    "technical": (
        "un error en la pantalla; un aparato que no arranca; la conexión rota; un cierre tras la actualización; una avería"
    ),
    "shipping": ("el paquete atrasado; la fecha de entrega; el número de seguimiento; la dirección de entrega; el repartidor"),
    "access": (
        "mi contraseña perdida; un inicio de sesión fallido; el acceso bloqueado; "
        "el enlace para restablecer; el código de seguridad"
    ),
    "returns": (
        "la etiqueta de devolución; un reembolso del artículo; el cambio del producto; la garantía; el artículo equivocado"
    ),
    "account": (
        "mis datos de perfil; el nombre de la cuenta; un cambio de domicilio; los ajustes de contacto; un segundo usuario"
    ),
    "sales": (
        "un presupuesto para diez unidades; la lista de precios; un descuento por volumen; una demostración; el plan superior"
    ),
    "cancellation": ("el fin de mi contrato; el plazo de preaviso; la baja del plan; una suscripción cancelada; mi salida"),
}
DRIFTING = {
    "billing": (
        "el cobro doble; una nota de abono ausente; la línea del IVA; el anticipo anual; "
        "el recargo por demora; el cambio de moneda; una orden de compra; el mandato de adeudo; "
        "una tarjeta rechazada; el prorrateo; la exención fiscal; el pago fraccionado; un aviso de impago; "
        "el suplemento por papel; la transferencia; la subida indexada"
    ),
    "technical": (
        "la luz roja; el firmware en bucle; una imagen congelada; la señal débil; el ventilador ruidoso; "
        "el conflicto de sincronización; el indicador de batería vacío; el controlador ausente; "
        "el sonido distorsionado; una copia dañada; la lentitud; el modo de emparejar; "
        "un adaptador caliente; el aviso de memoria; la foto borrosa; una espera agotada en la pasarela"
    ),
    "shipping": (
        "el formulario de aduana; el palé dañado; el punto de recogida; un envío partido; "
        "el escaneo en el almacén; la franja perdida; una mejora exprés; la entrega al vecino; "
        "los papeles de exportación; la tarifa de flete; el embalaje roto; un contenedor retenido; "
        "la firma a la llegada; el reparto del sábado; la ruta de la furgoneta; el suplemento insular"
    ),
    "access": (
        "la aplicación de autenticación; un token caducado; la página de entrada única; "
        "el navegador bloqueado; la frase de rescate; la huella dactilar; el acertijo de imágenes; "
        "una sesión desconocida; la llave de acceso; el permiso de administrador; una invitación vencida; "
        "la llave física; el rol de invitado; el código por mensaje; el equipo de confianza; "
        "el directorio enlazado"
    ),
    "returns": (
        "la norma de reposición; la carcasa rayada; un canje por otra talla; el informe de revisión; "
        "la recogida; el precinto abierto; los treinta días; la pieza de recambio; el vale de tienda; "
        "el accesorio ausente; la esquina abollada; un arreglo de cortesía; el número de serie distinto; "
        "el reintegro; el regalo no deseado; la retirada del lote"
    ),
    "account": (
        "la fusión de empresas; la elección de boletines; la exportación de datos; el rol del contable; "
        "la zona horaria; la forma jurídica; una ficha duplicada; el consentimiento; el espacio del equipo; "
        "el idioma mostrado; el traspaso de titular; el número de fidelidad; la lista de departamentos; "
        "la preferencia de llamada; la sucursal archivada; el apodo visible"
    ),
    "sales": (
        "el paquete piloto; un margen de distribuidor; la comparativa de funciones; la tarifa educativa; "
        "la prueba ampliada; el acuerdo marco; el lote con soporte; más puestos; la promoción de estreno; "
        "una licencia extra; el alquiler; una licitación; el programa de socios; la visita a la exposición; "
        "el precio anticipado; el nivel corporativo"
    ),
    "cancellation": (
        "la renovación automática; el traslado al extranjero; un paso a otro proveedor; "
        "el formulario de desistimiento; el coste de salida; una pausa del servicio; "
        "el cierre de nuestra tienda; el último mes; el plan sin uso; la oferta de retención; "
        "la carta de revocación; la renuncia total; el plazo de borrado; el apagado del sitio; "
        "la fecha de marcha; el compromiso vencido"
    ),
}
NOVEL = {
    "billing": "el abono por vertido; el precio del kilovatio; la ayuda solar; la lectura del contador",
    "technical": "la alarma del inversor; la curva de carga; la temperatura de las celdas; el relé de red",
    "shipping": ("el camión de mercancía peligrosa; la cita de la grúa; la visita del instalador; el juego de tejado"),
    "access": ("el portal del instalador; la clave del panel de energía; el enlace con el cargador; el registro en la red"),
    "returns": "el módulo hinchado; la falta de capacidad; el soporte agrietado; el armario oxidado",
    "account": "el grupo del hogar; el punto de medida; la ficha del casero; el dueño del tejado",
    "sales": ("el tamaño del acumulador; el conjunto con paneles; la oferta de bomba de calor; un segundo armario"),
    "cancellation": (
        "el montaje anulado; la inspección sin efecto; el proyecto de tejado abandonado; el fondo de energía terminado"
    ),
}
VAGUE = "mi mensaje anterior; nuestra charla; un asunto menor; lo de ayer; el tema de siempre; mi solicitud abierta"
SUBJECTS = "Pregunta sobre {}; Ayuda con {}; Sigo esperando: {}; Problema con {}; Revisen {}; Otra vez: {}"
GREETINGS = "Hola:; Buenos días:; Buenas tardes:; Estimado equipo:; Hola a todos:; Muy buenas:"
SMALL_TALK = (
    "Espero que tengan una buena semana.; Gracias por la ayuda tan rápida la última vez.; "
    "Soy cliente desde hace varios años.; No encontré nada útil en las páginas de ayuda.; "
    "Perdonen que moleste otra vez.; Una compañera me aconsejó escribirles."
)
MAINS = (
    "Les escribo hoy por {}.; Necesitamos ayuda con {}.; ¿Pueden revisar {} por favor?; "
    "Aquí nadie entiende {}.; Mi consulta de hoy es sobre {}.; Desde el lunes tenemos líos con {}.; "
    "Díganme qué hacer con {}.; Me gustaría hablar con alguien sobre {}."
)
ALSOS = (
    "También está {}.; Puede tener relación con {}.; Antes había preguntado por {}.; "
    "Mi compañero mencionó además {}.; Quizá puedan revisar {} también.; A eso se suma {}."
)
REFERENCES = "El número de pedido es {}.; Lo encontrarán en el caso {}.; Nuestra referencia es {}.; En la etiqueta pone {}."
PRODUCTS = (
    "Se trata de nuestro modelo {} en la oficina.; Usamos {} todos los días.; "
    "Se refiere a {}, que tenemos desde la primavera.; El producto es {} en la versión normal."
)
CLOSINGS = (
    "Muchas gracias y un saludo; Gracias por atenderlo; Saludos de todo el equipo; "
    "Avísenme pronto por favor; Quedo a la espera de su respuesta; Gracias de antemano por su tiempo"
)
